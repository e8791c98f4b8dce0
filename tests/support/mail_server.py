"""A mail server for the tests, on a library of others (aiosmtpd): keeps each mail as one file of a folder.

Usage: mail_server.py none|starttls|immediate open|login FOLDER     (FOLDER/certificate.pem and FOLDER/key.pem exist)
The port it found is the content of FOLDER/port once it listens.
"""
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

tls, access, folder = sys.argv[1:]


def keep(name, content):
    """Whole or not at all, since the test may look at any time."""
    path = os.path.join(folder, name)
    with open(path + ".part", "wb") as file:
        file.write(content)
    os.rename(path + ".part", path)


class Mailbox:
    def __init__(self):
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        is_secret = server.transport.get_extra_info("ssl_object") is not None
        about = f"from={envelope.mail_from}\nto={','.join(envelope.rcpt_tos)}\nname={session.host_name}\ntls={is_secret}\nlogin={session.auth_data or str()}\n\n"
        self.count += 1
        keep(f"{self.count}.mail", about.encode() + envelope.content)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data == LoginPassword(b"signet", b"pass word"), handled=False, auth_data=data.login.decode())


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{folder}/certificate.pem", f"{folder}/key.pem")
    mailbox = Mailbox()

    def make_session():
        return SMTP(mailbox, hostname="localhost", tls_context=context if tls == "starttls" else None,
                    authenticator=authenticate, auth_required=access == "login", auth_require_tls=tls == "starttls")

    server = await asyncio.get_running_loop().create_server(make_session, "127.0.0.1", 0, ssl=context if tls == "immediate" else None)
    keep("port", str(server.sockets[0].getsockname()[1]).encode())
    await server.serve_forever()


asyncio.run(main())
