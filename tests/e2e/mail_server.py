"""Exim as the mail server of a test: TLS from the first byte, a login, and a maildir that the test reads.

Nothing of this machine's own mail is touched: configuration, spool, log and mailbox lie in one folder, and the server ends with the
block. It runs as the user of the test; started by root, as a user without rights."""
import contextlib
import grp
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

from lib import expect, free_ports

USERNAME, PASSWORD = "signet", "a password for mail"
WAIT = 15

CONFIG = """primary_hostname = localhost
exim_user = {user}
exim_group = {group}
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
keep_environment =
deliver_drop_privilege
local_interfaces = 127.0.0.1
tls_on_connect_ports = {port}
tls_advertise_hosts = *
tls_certificate = {folder}/certificate.pem
tls_privatekey = {folder}/key.pem
acl_smtp_rcpt = recipient
acl_smtp_data = accept

begin acl
recipient:
  deny
    ! encrypted = *
  deny
    ! authenticated = *
  accept

begin routers
everybody:
  driver = accept
  transport = mailbox

begin transports
mailbox:
  driver = appendfile
  maildir_format
  directory = {folder}/mailbox
  user = {user}
  group = {group}
  envelope_to_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{username}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
"""


def find_exim():
    """The program, which a machine with another mail server may have anywhere."""
    exim = os.environ.get("SIGNET_EXIM") or shutil.which("exim4", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin")
    expect(exim, "exim4 is missing: install exim4-daemon-light, or set SIGNET_EXIM")
    return exim


def user_of_server():
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def make_folder(folder, port, certificate, user):
    """Everything that the server has, as its own."""
    text = CONFIG.format(folder=folder, port=port, user=user.pw_name, group=grp.getgrgid(user.pw_gid).gr_name, username=USERNAME,
                         password=PASSWORD)
    (folder / "exim.conf").write_text(text)
    shutil.copy(certificate["certificate"], folder / "certificate.pem")
    shutil.copy(certificate["key"], folder / "key.pem")
    (folder / "mailbox").mkdir()
    (folder / "mailbox/new").mkdir()
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)


def is_listening(port):
    with contextlib.closing(socket.socket()) as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def mail_server(certificate):
    """Gives the folder of the mails, each a file, and the address of the server."""
    [port] = free_ports(1)
    user = user_of_server()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-mail-"))
    process = None
    try:
        make_folder(folder, port, certificate, user)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        # With -oX it writes no file of its process id, which another user than its own could not remove.
        process = subprocess.Popen([find_exim(), "-C", folder / "exim.conf", "-bdf", "-oX", str(port)], cwd=folder,
                                   stdin=subprocess.DEVNULL, **as_user)
        end = time.monotonic() + WAIT
        while not is_listening(port):
            expect(process.poll() is None and time.monotonic() < end, "the mail server did not start")
            time.sleep(0.05)
        yield folder / "mailbox/new", f"smtps://localhost:{port}"
    finally:
        if process is not None:
            process.terminate()
            process.wait(timeout=WAIT)
        shutil.rmtree(folder, ignore_errors=True)
