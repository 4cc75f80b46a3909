"""A server on loopback that speaks as OpenAI's do, and says what a test tells it to.

Each round of the protocol takes the next reply of the script; the last is repeated for ever. What
the site sent is kept in `requests`.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = Callable[["Conversation"], None]


class Conversation:
    """One request being answered: what was asked, and ways to answer it badly or well."""

    def __init__(self, handler: BaseHTTPRequestHandler, asked: dict):
        self.handler = handler
        self.asked = asked

    def begin(self, status=200, content_type="text/event-stream") -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", content_type)
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()

    def send(self, text: str) -> None:
        self.handler.wfile.write(text.encode())
        self.handler.wfile.flush()

    def chunk(self, choices: list) -> None:
        self.send(f"data: {json.dumps({**_HEAD, 'choices': choices})}\n\n")

    def delta(self, finish=None, **delta) -> None:
        self.chunk([{"index": 0, "delta": delta, "finish_reason": finish}])

    def end(self, reason="stop") -> None:
        self.delta(finish=reason)
        self.send("data: [DONE]\n\n")


_HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}


def says(*parts: str) -> Reply:
    """Text, in as many parts as are given."""

    def reply(talk):
        talk.begin()
        for part in parts:
            talk.delta(content=part)
        talk.end()

    return reply


def calls(*wanted: tuple[str, dict | str]) -> Reply:
    """Calls of tools by name, with arguments as a dictionary or as raw text."""

    def reply(talk):
        talk.begin()
        for index, (name, arguments) in enumerate(wanted):
            if not isinstance(arguments, str):
                arguments = json.dumps(arguments)
            function = {"name": name, "arguments": ""}
            part = {"index": index, "id": f"call{index}", "type": "function", "function": function}
            talk.delta(tool_calls=[part])
            for piece in (arguments[:5], arguments[5:]):
                talk.delta(tool_calls=[{"index": index, "function": {"arguments": piece}}])
        talk.end("tool_calls")

    return reply


def answers(status: int, body: str = '{"error": {"message": "no"}}') -> Reply:
    """An answer that is no stream."""

    def reply(talk):
        talk.begin(status, "application/json")
        talk.send(body)

    return reply


class ScriptedModel:
    """The running server: `url` is the base address, `requests` what was sent to it."""

    def __init__(self):
        self.script: list[Reply] = []
        self.requests: list[dict] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def _handler(self):
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                model.requests.append(asked)
                reply = model.script[min(len(model.requests), len(model.script)) - 1]
                try:
                    reply(Conversation(self, asked))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the site had heard enough

            def log_message(self, *arguments):
                pass

        return Handler

    @property
    def sent(self) -> str:
        """Everything that was sent to the model, as one text."""
        return json.dumps(self.requests, ensure_ascii=False)


@contextmanager
def scripted_model() -> Iterator[ScriptedModel]:
    model = ScriptedModel()
    thread = threading.Thread(target=model._server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model._server.shutdown()
        model._server.server_close()
        thread.join()
