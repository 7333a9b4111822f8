# shellcheck shell=bash
# Completion of haul(1) for bash. Made from haul's tables by tests/reference; lint/reference tells how.

_haul_commands="get add list show hosts pause resume cancel retry change remove clear undo move history set config watch wait stop daemon sessions doctor bridge help version"

# What may follow the option $1: sets `words`, or `kind`; false: it takes no value.
_haul_value() {
    case $1 in
    --dir|-d) kind=folder ;;
    --input-file|-i|--cookies|--save-cookies|--upload|--cacert|--cert|--key|--log|--config) kind=file ;;
    --priority) words="normal high low" ;;
    --schedule) words="on off skip" ;;
    --if-exists) words="rename skip overwrite fail" ;;
    --theme) words="default light high-contrast color-blind mono" ;;
    --mouse) words="auto on off" ;;
    --title) words="auto on off" ;;
    --tab-progress) words="auto on off" ;;
    --hyperlinks) words="auto on off" ;;
    --notify) words="auto bell osc9 osc777 off" ;;
    --progress) words="auto bar plain json none" ;;
    --reset) words="jobs per-host limit schedule history-keep history-age" ;;
    --out|-o|--jobs|-j|--per-host|--limit|--history-keep|--history-age|--start-at|--item-limit|--header|-H|--user-agent|-A|--referer|-e|--user|-u|--cookie|-b|--bearer|--request|-X|--data|--json-data|--form|--noproxy|--proxy|--resolve|--dns-servers|--doh|--key-pass|--checksum|--retries|--retry-wait|--retry-on|--connect-timeout|--connections|-x|--min-split|--stall-timeout|--min-speed|--timeout|--url|--on-done|--on-failed|--on-batch-done|--hook-timeout|--ui-rate|--last|-n|--session|--host) kind=none ;;
    *) return 1 ;;
    esac
}

# The options of the command $1: sets `words`.
_haul_options() {
    case $1 in
    '') words="--dir --out --input-file --jobs --per-host --limit --priority --schedule --history-keep --history-age --start-at --any-time --item-limit --header --user-agent --referer --user --netrc --cookie --cookies --save-cookies --bearer --request --data --json-data --form --upload --noproxy --proxy --ipv4 --ipv6 --resolve --dns-servers --doh --cacert --cert --key --key-pass --insecure --http1 --http2 --http3 --allow-downgrade --if-exists --checksum --trust-size --no-resume --adopt --again --allow-unclean-end --retries --retry-wait --retry-on --connect-timeout --connections --min-split --stall-timeout --min-speed --timeout --theme --ui-rate --mouse --title --tab-progress --hyperlinks --notify --log --config --session --host --help --version" ;;
    get) words="--dir --out --input-file --jobs --per-host --limit --priority --schedule --start-at --any-time --item-limit --header --user-agent --referer --user --netrc --cookie --cookies --save-cookies --bearer --request --data --json-data --form --upload --noproxy --proxy --ipv4 --ipv6 --resolve --dns-servers --doh --cacert --cert --key --key-pass --insecure --http1 --http2 --http3 --allow-downgrade --if-exists --checksum --trust-size --no-resume --adopt --allow-unclean-end --retries --retry-wait --retry-on --connect-timeout --connections --min-split --stall-timeout --min-speed --timeout --on-done --on-failed --on-batch-done --hook-timeout --progress --quiet --verbose --log --config --help --version" ;;
    add) words="--dir --out --input-file --jobs --per-host --limit --priority --schedule --history-keep --history-age --start-at --any-time --item-limit --header --user-agent --referer --user --netrc --cookie --cookies --save-cookies --bearer --request --data --json-data --form --upload --noproxy --proxy --ipv4 --ipv6 --resolve --dns-servers --doh --cacert --cert --key --key-pass --insecure --http1 --http2 --http3 --allow-downgrade --if-exists --checksum --trust-size --no-resume --adopt --again --allow-unclean-end --retries --retry-wait --retry-on --connect-timeout --connections --min-split --stall-timeout --min-speed --timeout --json --config --session --host --help --version" ;;
    list) words="--json --secrets --session --host --help --version" ;;
    show) words="--json --secrets --session --host --help --version" ;;
    hosts) words="--json --session --host --help --version" ;;
    pause) words="--json --session --host --help --version" ;;
    resume) words="--json --session --host --help --version" ;;
    cancel) words="--json --session --host --help --version" ;;
    retry) words="--json --session --host --help --version" ;;
    change) words="--priority --start-at --any-time --item-limit --header --referer --user --cookie --bearer --request --data --json-data --form --upload --cert --key --key-pass --url --json --session --host --help --version" ;;
    remove) words="--json --session --host --help --version" ;;
    clear) words="--json --session --host --help --version" ;;
    undo) words="--json --session --host --help --version" ;;
    move) words="--json --session --host --help --version" ;;
    history) words="--last --clear --json --session --host --help --version" ;;
    set) words="--jobs --per-host --limit --schedule --history-keep --history-age --reset --json --session --host --help --version" ;;
    config) words="--dir --out --jobs --per-host --limit --priority --schedule --history-keep --history-age --start-at --any-time --item-limit --header --user-agent --referer --user --netrc --cookie --cookies --save-cookies --bearer --request --data --json-data --form --upload --noproxy --proxy --ipv4 --ipv6 --resolve --dns-servers --doh --cacert --cert --key --key-pass --insecure --http1 --http2 --http3 --allow-downgrade --if-exists --checksum --trust-size --no-resume --adopt --again --allow-unclean-end --retries --retry-wait --retry-on --connect-timeout --connections --min-split --stall-timeout --min-speed --timeout --progress --quiet --verbose --json --log --config --session --host --help --version" ;;
    watch) words="--theme --ui-rate --mouse --title --tab-progress --hyperlinks --notify --plain --until-done --log --config --session --host --help --version" ;;
    wait) words="--json --session --host --help --version" ;;
    stop) words="--json --session --host --help --version" ;;
    daemon) words="--jobs --per-host --limit --schedule --history-keep --history-age --on-done --on-failed --on-batch-done --hook-timeout --verbose --replace --config --session --help --version" ;;
    sessions) words="--json --help --version" ;;
    doctor) words="--json --session --help --version" ;;
    bridge) words="--session --help --version" ;;
    help) words="--help --version" ;;
    version) words="--help --version" ;;
    esac
}

# The operands of the command $1: sets `words`, or `kind`.
_haul_operands() {
    case $1 in
    move) words="up down top bottom" ;;
    help) words=$_haul_commands ;;
    '') words=$_haul_commands ;;
    esac
}

_haul() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
    local command='' words='' kind=''

    if ((COMP_CWORD > 1)) && [[ " $_haul_commands " == *" ${COMP_WORDS[1]} "* ]]; then
        command=${COMP_WORDS[1]}
    fi
    # bash cuts words at '=': --dir=x is three of them.
    if [[ $cur == '=' ]]; then
        cur=''
    elif [[ $prev == '=' ]]; then
        prev=${COMP_WORDS[COMP_CWORD-2]}
    fi
    if _haul_value "$prev"; then
        :
    elif [[ $cur == -* ]]; then
        _haul_options "$command"
    elif [[ -n $command ]] || ((COMP_CWORD == 1)); then
        _haul_operands "$command"
    fi
    case $kind in
    folder) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
    esac
}

complete -F _haul haul
