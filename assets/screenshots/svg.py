"""A terminal's screen as a picture: text with SGR sequences (tmux capture-pane -e) in, SVG out.

Every cell has its place, whatever font the viewer has: a run of ASCII is stretched to the columns it
takes, any other character is placed by itself, and the block elements of bars and sparklines are
drawn as rectangles, so that eighths meet without a seam."""

import html
import re
import unicodedata

FONT = ("ui-monospace, 'SFMono-Regular', 'Cascadia Mono', 'JetBrains Mono', 'DejaVu Sans Mono', "
        "Menlo, Consolas, 'Liberation Mono', monospace")
FONT_SIZE = 14
CELL_WIDTH = 8.4
CELL_HEIGHT = 19
BASELINE = 14  # below a row's top
PADDING = 14

BACKGROUND = "#15181e"
BORDER = "#2c313a"
FOREGROUND = "#d3d7de"
BASIC = ("#2e3440", "#d0605e", "#6fa76b", "#d3a04d", "#5b8fc9", "#a97fc0", "#56a6b5", "#d3d7de",
         "#7c8492", "#e27774", "#8cc487", "#e9c06f", "#7fb0e3", "#c79bdb", "#7cc5d2", "#f2f4f7")
LEVELS = (0, 95, 135, 175, 215, 255)

SEQUENCE = re.compile(r"\x1b\[([0-9;:]*)m|\x1b[()]B|[\x0e\x0f]")
ASCII_RUN = re.compile(r"[\x20-\x7e]+")


def color(index):
    """Entry INDEX of xterm's 256 colours."""
    if index < 16:
        return BASIC[index]
    if index >= 232:
        level = 8 + 10 * (index - 232)
        return f"#{level:02x}{level:02x}{level:02x}"
    index -= 16
    red, green, blue = (LEVELS[index // step % 6] for step in (36, 6, 1))
    return f"#{red:02x}{green:02x}{blue:02x}"


class Look:
    """What SGR sequences have set."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.foreground = self.background = None
        self.bold = self.dim = self.reverse = False

    def apply(self, parameters):
        codes = [int(code or 0) for code in re.split("[;:]", parameters)]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code in (1, 2, 7):
                setattr(self, {1: "bold", 2: "dim", 7: "reverse"}[code], True)
            elif code == 22:
                self.bold = self.dim = False
            elif code == 27:
                self.reverse = False
            elif code in (38, 48):
                value, codes = self._extended(codes)
                setattr(self, "foreground" if code == 38 else "background", value)
            elif code in (39, 49):
                setattr(self, "foreground" if code == 39 else "background", None)
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.foreground = color(code - 30 if code < 90 else code - 82)
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.background = color(code - 40 if code < 100 else code - 92)

    @staticmethod
    def _extended(codes):
        if codes[0] == 5:
            return color(codes[1]), codes[2:]
        return "#{:02x}{:02x}{:02x}".format(*codes[1:4]), codes[4:]

    def colors(self):
        """(text, background or None, opacity of the text)."""
        front, back = self.foreground or FOREGROUND, self.background
        if self.reverse:
            front, back = back or BACKGROUND, front
        return front, back, 0.6 if self.dim else 1


def width(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells(line, look):
    """(column, width, character with its combining marks, look's colours, bold) for each cell."""
    found, column, at = [], 0, 0
    while at < len(line):
        sequence = SEQUENCE.match(line, at)
        if sequence:
            if sequence.group(1) is not None:
                look.apply(sequence.group(1))
            at = sequence.end()
            continue
        char = line[at]
        at += 1
        if width(char) == 0 and found:
            last = found[-1]
            found[-1] = (*last[:2], last[2] + char, *last[3:])
            continue
        found.append((column, width(char), char, look.colors(), look.bold))
        column += width(char)
    return found


def number(value):
    return f"{value:.2f}".rstrip("0").rstrip(".")


def rectangle(x, y, wide, high, fill, opacity=1):
    extra = f' fill-opacity="{number(opacity)}"' if opacity != 1 else ""
    return (f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(high)}" '
            f'fill="{fill}"{extra}/>')


def block(char, x, y, fill, opacity):
    """The shape of a block element or a line, None for any other character."""
    code = ord(char[0])
    if 0x2588 <= code <= 0x258f:  # full block, then seven to one eighths from the left
        return rectangle(x, y + 3, CELL_WIDTH * (0x2590 - code) / 8, CELL_HEIGHT - 6, fill, opacity)
    if 0x2581 <= code <= 0x2587:  # one to seven eighths from below
        high = (CELL_HEIGHT - 6) * (code - 0x2580) / 8
        return rectangle(x, y + CELL_HEIGHT - 3 - high, CELL_WIDTH, high, fill, opacity)
    if 0x2591 <= code <= 0x2593:  # shades
        return rectangle(x, y + 3, CELL_WIDTH, CELL_HEIGHT - 6, fill, opacity * (code - 0x2590) / 4)
    if char == "─":
        return rectangle(x, y + CELL_HEIGHT / 2 - 0.5, CELL_WIDTH, 1, fill, opacity)
    if char == "│":
        return rectangle(x + CELL_WIDTH / 2 - 0.5, y, 1, CELL_HEIGHT, fill, opacity)
    return None


def merged(shapes):
    """Neighbouring rectangles of one height and look as one, so that no seam shows."""
    pattern = re.compile(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" (.*)')
    result = []
    for shape in shapes:
        mine = pattern.fullmatch(shape)
        before = pattern.fullmatch(result[-1]) if result else None
        if mine and before and mine.group(2, 4) == before.group(2, 4):
            end = float(before.group(1)) + float(before.group(3))
            if abs(end - float(mine.group(1))) < 0.05:
                wide = float(mine.group(1)) + float(mine.group(3)) - float(before.group(1))
                result[-1] = (f'<rect x="{before.group(1)}" y="{before.group(2)}" '
                              f'width="{number(wide)}" {before.group(4)}')
                continue
        result.append(shape)
    return result


def text(x, y, columns, content, colors, bold):
    front, _, opacity = colors
    style = (' font-weight="bold"' if bold else "") + (
        f' fill-opacity="{number(opacity)}"' if opacity != 1 else "")
    length = f' textLength="{number(columns * CELL_WIDTH)}"' if len(content) > 1 else ""
    return (f'<text x="{number(x)}" y="{number(y + BASELINE)}" fill="{front}"{style}{length}>'
            f"{html.escape(content, quote=False)}</text>")


def runs(row):
    """The cells of a row, runs of ASCII of one look put together and blanks at their ends cut."""
    joined = []
    for column, wide, char, colors, bold in row:
        last = joined[-1] if joined else None
        if (last and ASCII_RUN.fullmatch(char) and ASCII_RUN.fullmatch(last[2])
                and (colors, bold) == last[3:]):
            joined[-1] = (last[0], last[1] + wide, last[2] + char, colors, bold)
        else:
            joined.append((column, wide, char, colors, bold))
    for column, _, content, colors, bold in joined:
        for part in re.finditer(r"\S+(?: \S+)*", content):
            wide = sum(width(char) for char in part.group())
            yield column + part.start(), wide, part.group(), colors, bold


def row_shapes(row, y):
    backs = [rectangle(PADDING + column * CELL_WIDTH, y, wide * CELL_WIDTH, CELL_HEIGHT, colors[1])
             for column, wide, _, colors, _ in row if colors[1]]
    fronts = []
    for column, wide, content, colors, bold in runs(row):
        x = PADDING + column * CELL_WIDTH
        fronts.append(block(content, x, y, colors[0], colors[2])
                      or text(x, y, wide, content, colors, bold))
    return merged(backs) + merged(fronts)


def render(screen, columns, title):
    """SCREEN, lines of text with SGR sequences, as an SVG document."""
    lines = screen.rstrip("\n").split("\n")
    wide = columns * CELL_WIDTH + 2 * PADDING
    high = len(lines) * CELL_HEIGHT + 2 * PADDING
    look = Look()
    shapes = [f'<rect x="0.5" y="0.5" width="{number(wide - 1)}" height="{number(high - 1)}" '
              f'rx="8" fill="{BACKGROUND}" stroke="{BORDER}"/>']
    for index, line in enumerate(lines):
        shapes += row_shapes(cells(line, look), PADDING + index * CELL_HEIGHT)
    body = "\n".join(shapes)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(wide)} {number(high)}" '
            f'width="{number(wide)}" height="{number(high)}" role="img" font-family="{FONT}" '
            f'font-size="{FONT_SIZE}" xml:space="preserve">\n'
            f"<title>{html.escape(title)}</title>\n{body}\n</svg>\n")
