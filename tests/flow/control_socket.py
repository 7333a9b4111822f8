"""A client of the control protocol that can also misbehave; shared by the daemon's tests."""

import json
import socket

from harness import DEADLINE, Failure


class Client:
    """One connection to a session's daemon, speaking JSON-RPC line by line."""

    def __init__(self, case, greet=True):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(case.socket_path())
        self.reader = self.socket.makefile("rb")
        self.number = 0
        self.notices = []
        if greet:
            self.hello = self.call("hello", major=1, minor=0)

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else json.dumps(data).encode() + b"\n")

    def line(self):
        """The next message, or None at the end of the connection."""
        try:
            text = self.reader.readline()
        except ConnectionError:
            return None
        return json.loads(text) if text else None

    def ask(self, method, **params):
        """The whole answer to a request; notifications are put aside."""
        self.number += 1
        self.send({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params})
        while True:
            answer = self.line()
            if answer is None:
                raise Failure(f"the daemon closed the connection after {method}")
            if answer.get("id") == self.number:
                return answer
            self.notices.append(answer)

    def call(self, method, **params):
        """The result of a request that must succeed."""
        answer = self.ask(method, **params)
        if "result" not in answer:
            raise Failure(f"{method} failed: {answer}")
        return answer["result"]

    def notice(self):
        """The next notification."""
        if self.notices:
            return self.notices.pop(0)
        return self.line()

    def close(self):
        self.reader.close()
        self.socket.close()
