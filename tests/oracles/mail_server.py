"""A mail server for tests: `mail_server.py FOLDER [--tls CERT KEY] [--starttls CERT KEY] [--login USER PASSWORD]`.

Prints its port, and keeps each mail that it takes as FOLDER/N.eml, with the envelope beside it in N.json. What it answers
is what FOLDER/mode says at that moment: `take`, `hang` once it has the mail, or a code such as `451`; the last one that
it refused so is FOLDER/refused."""

import asyncio
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder = pathlib.Path(sys.argv[1])
words = sys.argv[2:]
settings = {"server_kwargs": {}, "ssl": None}


def context(cert, key):
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(cert, key)
    return made


while words:
    match words.pop(0):
        case "--tls":
            settings["ssl"] = context(words.pop(0), words.pop(0))
        case "--starttls":
            settings["server_kwargs"] |= {"tls_context": context(words.pop(0), words.pop(0)), "require_starttls": True}
        case "--login":
            user, password = words.pop(0).encode(), words.pop(0).encode()

            def judge(server, session, envelope, mechanism, data):
                return AuthResult(success=(data.login, data.password) == (user, password))

            settings["server_kwargs"] |= {"authenticator": judge, "auth_required": True, "auth_require_tls": False}


class Handler:
    def __init__(self):
        self.number = 0

    async def handle_DATA(self, server, session, envelope):
        mode = (folder / "mode").read_text().strip()
        if mode.isdigit():
            (folder / "refused").write_bytes(envelope.original_content)
            return f"{mode} hunter2 \x1b[31m what a stranger says"
        (folder / f"{self.number}.json").write_text(
            json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos})
        )
        part = folder / f"{self.number}.part"
        part.write_bytes(envelope.original_content)
        part.rename(folder / f"{self.number}.eml")
        self.number += 1
        if mode == "hang":
            await asyncio.sleep(3600)
        return "250 taken"


async def main():
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="mail.example.org", loop=loop, **settings["server_kwargs"]),
        "127.0.0.1",
        0,
        ssl=settings["ssl"],
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
