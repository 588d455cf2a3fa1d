# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists rebuilt archives as Python's own reader sees them: one line per entry, after checks that need no opinion."""
import struct, sys, zipfile

BAD = set('<>:"\\|?*') | {chr(c) for c in range(32)} | set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
for name in sys.argv[1:]:
    data = open(name, "rb").read()
    with zipfile.ZipFile(name) as archive:
        assert archive.testzip() is None, name
        assert archive.comment == b"" and data.rfind(b"PK\5\6") == len(data) - 22, name
        ends = 0
        for info in archive.infolist():
            assert info.header_offset == ends, f"{name}: a gap before {info.filename}"
            ends = info.header_offset + 30 + len(info.filename.encode()) + info.compress_size
            assert info.external_attr == 0 and info.extra == b"" and info.comment == b"" and info.date_time == (1980, 1, 1, 0, 0, 0), info
            assert info.flag_bits == 0x800 and info.compress_type in (0, 8), info
            for part in info.filename.rstrip("/").split("/"):
                assert part and part.strip(" .") == part and not BAD & set(part), info.filename
            print(info.filename, "" if info.is_dir() else archive.read(info).decode()[:6])
        assert struct.unpack("<I", data[-6:-2])[0] == ends, name
