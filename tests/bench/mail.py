# SPDX-License-Identifier: GPL-3.0-or-later
"""Sanitizing mail beside what Python's email and GMime take to parse it alone, in MB/s: mail.py BIN PAIRS"""
import email
import email.message
import email.policy
import subprocess
import sys
import tempfile
import time

from pairs import table

BIN, PAIRS = sys.argv[1], int(sys.argv[2])
TEXT = "長門市役所 総務課です。会議①のお知らせ、資料は㈱例の http://www.example.jp/a をご覧ください。\n"


def header(message):
    message["From"] = "長門 太郎 <taro@city.example.jp>"
    message["To"] = "somu@pref.example.jp"
    message["Subject"] = "会議のお知らせ"
    message["Date"] = "Wed, 1 Apr 2026 10:30:00 +0900"
    message["Message-ID"] = "<1@city.example.jp>"
    for hop in range(5):
        message["Received"] = f"from mx{hop}.example.jp by mx.example.jp; Wed, 1 Apr 2026 10:30:00 +0900"
    return message


def messages():
    plain = header(email.message.EmailMessage())
    plain.set_content(TEXT * 40, cte="8bit")
    yield "plain text, 5 kB", plain, 400
    both = header(email.message.EmailMessage())
    both.set_content(TEXT * 40)
    rows = "".join(f"<tr><td>{n}</td><td><a href='http://example.jp/{n}'>{TEXT}</a></td></tr>" for n in range(80))
    both.add_alternative(f"<html><body><table>{rows}</table></body></html>", subtype="html")
    yield "text and HTML, 40 kB", both, 100
    page = header(email.message.EmailMessage())
    page.set_content(f"<html><body><table>{rows}</table></body></html>", subtype="html")
    yield "HTML alone", page, 60
    files = header(email.message.EmailMessage())
    files.set_content(TEXT * 40)
    files.add_attachment(bytes(range(256)) * 4096, maintype="application", subtype="pdf", filename="資料.pdf")
    yield "with a file of 1 MiB", files, 10


def parsed(data, rounds):
    begin = time.perf_counter()
    for _ in range(rounds):
        message = email.message_from_bytes(data, policy=email.policy.default)
        for part in message.walk():
            if not part.is_multipart():
                part.get_payload(decode=True)
    return len(data) * rounds / 1e6 / (time.perf_counter() - begin)


def told(who, rounds, path):
    answer = subprocess.run([f"{BIN}/bench_mail", who, str(rounds), path], stdout=subprocess.PIPE, check=False)
    return float(answer.stdout) if answer.returncode == 0 else None


with tempfile.TemporaryDirectory() as work:
    against_python, against_gmime = {}, {}
    for name, message, rounds in messages():
        data = message.as_bytes(policy=email.policy.SMTP)
        path = f"{work}/message"
        with open(path, "wb") as file:
            file.write(data)
        python, gmime, first, second = [], [], [], []
        for _ in range(PAIRS):
            first.append(told("ours", rounds, path))
            python.append(parsed(data, max(1, rounds // 10)))
            second.append(told("ours", rounds, path))
            gmime.append(told("gmime", rounds, path))
        if None in first:
            sys.exit(f"'{name}' was refused")
        against_python[name] = first, python
        if None not in gmime:
            against_gmime[name] = second, gmime
    table("mail sanitized and inspected, beside Python's email that parses and decodes it, MB/s", against_python)
    if against_gmime:
        table("the same beside GMime that parses it", against_gmime)
    else:
        print("GMime: not installed (libgmime-3.0-dev)")
