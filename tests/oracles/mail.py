"""What a mail says, by the parser of Python: the bytes on standard input, JSON on standard output."""

import email
import email.policy
import json
import sys

raw = sys.stdin.buffer.read()
mail = email.message_from_bytes(raw, policy=email.policy.default)
parts = []
for part in mail.walk():
    if part.is_multipart():
        parts.append({"type": part.get_content_type()})
        continue
    text = part.get_content()
    parts.append(
        {
            "type": part.get_content_type(),
            "text": (text if isinstance(text, str) else text.decode()).replace("\r\n", "\n"),
            "name": part.get_filename(),
            "parameters": dict(part["content-type"].params),
        }
    )
longest = max(len(line) for line in raw.split(b"\r\n"))
print(
    json.dumps(
        {
            "headers": [[name.lower(), str(value)] for name, value in mail.items()],
            "to": [address.addr_spec for address in mail["to"].addresses],
            "date": mail["date"].datetime.isoformat(),
            "parts": parts,
            "longest": longest,
            "bare": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
            "defects": [str(defect) for part in mail.walk() for defect in part.defects],
        }
    )
)
