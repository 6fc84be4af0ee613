"""A stand-in for the comments of GitHub's and GitLab's API, over real HTTP."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "ghs_0123456789abcdefghij"
BOT = {"id": 41898282, "login": "github-actions[bot]", "type": "Bot"}
PERSON = {"id": 7, "login": "mallory", "type": "User"}
LONGEST = 65_536


@dataclass
class Trouble:
    """An answer in place of the true one, to requests of one method, some number of times."""

    method: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "no"
    times: int = 1
    done: bool = False  # what was asked is done all the same


@dataclass
class CodeHost:
    """Its comments, by their numbers; `me` is the token's owner, None for a workflow's own token."""

    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    me: dict[str, Any] | None = None
    author: str = "user"
    troubles: list[Trouble] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    url: str = ""

    def say(self, body: str, author: dict[str, Any]) -> int:
        """Adds a comment; its number."""
        number = 1000 + len(self.comments)
        self.comments[number] = {"id": number, "body": body, self.author: author}
        return number

    def bodies(self) -> list[str]:
        """What all comments say."""
        return [one["body"] for one in self.comments.values()]

    def answer(self, method: str, address: str, told: dict[str, Any]) -> tuple[int, Any]:
        """The status and body of the true answer."""
        path, query = urlsplit(address).path, dict(parse_qsl(urlsplit(address).query))
        if path.endswith("/user"):
            return (200, self.me) if self.me else (403, {"message": "Resource not accessible by integration"})
        if method == "GET":
            size, page = int(query["per_page"]), int(query["page"])
            return 200, list(self.comments.values())[(page - 1) * size : page * size]
        if len(told["body"]) > LONGEST:
            return 422, {"message": "body is too long (maximum is 65536 characters)"}
        if method == "POST":
            return 201, self.comments[self.say(told["body"], self.me or BOT)]
        number = int(re.split("/", path)[-1])
        if number not in self.comments:
            return 404, {"message": "Not Found"}
        self.comments[number]["body"] = told["body"]
        return 200, self.comments[number]


@contextmanager
def code_host(**given: Any) -> Iterator[CodeHost]:
    """A server on loopback with these comments and troubles."""
    host = CodeHost(**given)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            with lock:
                host.asked.append((self.command, self.path))
                host.tokens.add(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or "")
                trouble = next((one for one in host.troubles if one.method == self.command and one.times > 0), None)
                headers: dict[str, str] = {}
                if trouble is not None:
                    trouble.times -= 1
                    headers = trouble.headers
                    status, body = trouble.status, {"message": trouble.message}
                    if trouble.done:
                        host.answer(self.command, self.path, told)
                else:
                    status, body = host.answer(self.command, self.path, told)
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
