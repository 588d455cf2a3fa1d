# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes archives into the folder given: one tree of files in every format, and one for every danger."""
import bz2, gzip, io, lzma, os, struct, subprocess, sys, tarfile

os.chdir(sys.argv[1])
FILES = {"a.txt": b"first " * 50, "d/予算表 令和8年度/表.txt": b"second", "d/x.exe": b"MZ\x90 program"}


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


def run(*command, data=None):
    return subprocess.run(command, check=True, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


for name, data in FILES.items():
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    write(name, data)


# ---- tar

def tar(name, *members, format=tarfile.USTAR_FORMAT, raw=b""):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for path, data, *changes in members:
            info = tarfile.TarInfo(path)
            info.size = len(data)
            for field, value in (changes[0] if changes else {}).items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(data))
    write(name, out.getvalue() + raw)
    return out.getvalue()


plain = tar("pax.tar", *FILES.items(), format=tarfile.PAX_FORMAT)
tar("gnu.tar", *FILES.items(), ("long/" * 24 + "file.txt", b"deep"), format=tarfile.GNU_FORMAT)
tar("links.tar", ("good.txt", b"good"), ("link", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}),
    ("hard", b"", {"type": tarfile.LNKTYPE, "linkname": "good.txt"}), ("null", b"", {"type": tarfile.CHRTYPE}), ("pipe", b"", {"type": tarfile.FIFOTYPE}))
tar("twice.tar", ("a.txt", b"1"), ("a.txt", b"2"))
tar("climbs.tar", ("../../etc/cron.d/x.txt", b"1"), ("/etc/y.txt", b"2"))
tar("behind.tar", ("a.txt", b"1"), raw=b"PK\5\6" + bytes(30))
write("truncated.tar", plain[:1000])
write("sum.tar", b"A" + plain[1:])
one = tar("one.tar", ("a.txt", b"1"))
write("endless.tar", one[:1024])


def header(name, kind, size):
    block = bytearray(name.encode().ljust(100, b"\0") + b"0000644\0" + bytes(16) + b"%011o\0" % size + bytes(12) + b" " * 8 + kind + bytes(355))
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data):
    return data + bytes(-len(data) % 512)


write("paxglobal.tar", header("g", b"g", 14) + padded(b"14 path=evil\n"[:13] + b"\n") + header("a.txt", b"0", 1) + padded(b"1") + bytes(1024))
record = b"24 GNU.sparse.major=1.0\n"
write("sparse.tar", header("x", b"x", len(record)) + padded(record) + header("s.txt", b"0", 1) + padded(b"1") + bytes(1024))
write("sizelie.tar", header("a.txt", b"0", 7 << 30) + padded(b"1") + bytes(1024))
write("linkdata.tar", header("l", b"2", 5) + padded(b"data!") + bytes(1024))
write("volume.tar", header("a.txt", b"M", 1) + padded(b"1") + bytes(1024))

# ---- streams

write("tree.tar.gz", gzip.compress(plain))
write("tree.tar.bz2", bz2.compress(plain))
write("tree.tar.xz", lzma.compress(plain))
write("tree.tar.zst", run("zstd", "-q", "-c", data=plain))
text = b"one file " * 100
write("表.txt.gz", gzip.compress(text))
write("two.txt.gz", gzip.compress(text[:450]) + gzip.compress(text[450:]))
write("two.txt.xz", lzma.compress(text[:450]) + lzma.compress(text[450:]))
write("two.txt.bz2", bz2.compress(text[:450]) + bz2.compress(text[450:]))
write("two.txt.zst", run("zstd", "-q", "-c", data=text[:450]) + run("zstd", "-q", "-c", data=text[450:]))
for extension, packed in (("gz", gzip.compress(text)), ("bz2", bz2.compress(text)), ("xz", lzma.compress(text)), ("zst", run("zstd", "-q", "-c", data=text))):
    write("behind.txt." + extension, packed + b"PK\5\6 and more")
    write("truncated.txt." + extension, packed[:-3])
    write("damaged.txt." + extension, packed[:len(packed) // 2] + b"\xff\xff\xff" + packed[len(packed) // 2 + 3:])
zeros = bytes(8 << 20)
write("bomb.gz", gzip.compress(zeros))
write("bomb.bz2", bz2.compress(zeros))
write("bomb.xz", lzma.compress(zeros))
write("bomb.zst", run("zstd", "-q", "-19", "-c", data=zeros))
write("dictionary.xz", lzma.compress(text, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]))
write("window.zst", run("zstd", "-q", "--ultra", "--long=30", "-c", data=text))

# ---- 7z

for name, options in (("tree", []), ("lzma", ["-m0=LZMA"]), ("bzip2", ["-m0=BZip2"]), ("deflate", ["-m0=Deflate"]), ("copy", ["-m0=Copy"]), ("branch", ["-m0=BCJ", "-m1=LZMA2"]),
                      ("delta", ["-m0=Delta:4", "-m1=LZMA"]), ("solid", ["-ms=off"]), ("plainheader", ["-mhc=off"])):
    run("7z", "a", "-bd", *options, name + ".7z", "a.txt", "d")
run("7z", "a", "-bd", "-m0=PPMd", "ppmd.7z", "a.txt")
run("7z", "a", "-bd", "-psecret", "encrypted.7z", "a.txt")
run("7z", "a", "-bd", "-psecret", "-mhe=on", "encryptedheader.7z", "a.txt")
seven = open("tree.7z", "rb").read()
write("behind.7z", seven + b"behind")
write("truncated.7z", seven[:-10])
write("damaged.7z", seven[:40] + b"\xff" + seven[41:])
write("start.7z", seven[:20] + b"\xff" + seven[21:])
write("zeros", zeros)
run("7z", "a", "-bd", "bomb.7z", "zeros")
os.remove("zeros")

# ---- lzh

def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def lh5(data):
    """One block of literals, each in the eight bits that it has."""
    bits = f"{len(data):016b}" + "00000" + "01010" + f"{256:09b}" + "0000" + "0000" + "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def lzh(level, name, data, method=b"-lh5-", folder=b"", fields=b"", crc=None, size=None):
    packed = lh5(data) if method == b"-lh5-" else data
    crc = crc16(data) if crc is None else crc
    size = len(data) if size is None else size

    def chain(parts, wide):
        pack = "<I" if wide else "<H"
        own = 4 if wide else 2
        sizes = [len(part) + own for part in parts] + [0]
        return struct.pack(pack, sizes[0]) + b"".join(part + struct.pack(pack, following) for part, following in zip(parts, sizes[1:]))

    extended = ([b"\2" + folder] if folder else []) + ([fields] if fields else [])
    if level <= 1:
        tail = chain(extended, False) if level else b""
        skip = len(packed) + len(tail) - (2 if level else 0)
        base = method + struct.pack("<II", skip, size) + struct.pack("<IBB", 0x5B79A3C1, 0x20, level) + bytes([len(name)]) + name + struct.pack("<H", crc)
        base += (b"M" + tail[:2]) if level else b""
        return bytes([len(base), sum(base) & 255]) + base + tail[2:] + packed
    extended = ([b"\1" + name] if name else []) + extended
    tail = chain(extended, level == 3)
    fixed = 24 if level == 2 else 28
    head = struct.pack("<H", fixed + len(tail) if level == 2 else 4) + method + struct.pack("<II", len(packed), size) + struct.pack("<IBB", 0x60000000, 0x20, level)
    head += struct.pack("<H", crc) + b"U" + (struct.pack("<I", fixed + len(tail)) if level == 3 else b"")
    return head + tail + packed


SJIS = "予算表".encode("cp932")  # two of its letters end in 5C
second = FILES["d/予算表 令和8年度/表.txt"]
for level in range(4):
    write(f"level{level}.lzh", lzh(level, b"a.txt", FILES["a.txt"]) + lzh(level, SJIS + b".txt" if level else b"d\\" + SJIS + b".txt", second, b"-lh0-", folder=b"d\xff" if level else b"") + b"\0")
write("wide.lzh", lzh(2, b"x.txt", second, fields=b"\x44" + "議事録.txt".encode("utf-16-le")) + b"\0")
write("folder.lzh", lzh(2, b"", b"", b"-lhd-", folder=b"d\xff") + lzh(2, b"a.txt", second, folder=b"d\xff") + b"\0")
write("link.lzh", lzh(2, b"link|/etc/passwd", b"", b"-lhd-") + lzh(2, b"a.txt", second) + b"\0")
write("climbs.lzh", lzh(1, b"x.txt", second, folder=b"..\xff..\xffetc\xff") + lzh(0, b"C:\\boot.txt", second) + b"\0")
write("crc.lzh", lzh(2, b"a.txt", second, crc=1) + b"\0")
write("sum.lzh", lzh(0, b"a.txt", second)[:1] + b"\0" + lzh(0, b"a.txt", second)[2:] + b"\0")
write("method.lzh", lzh(2, b"a.txt", second, b"-lh9-") + b"\0")
write("sizelie.lzh", lzh(2, b"a.txt", second, b"-lh0-", size=0xFFFFFFF0) + b"\0")
write("behind.lzh", lzh(2, b"a.txt", second) + b"\0behind")
write("truncated.lzh", lzh(2, b"a.txt", second)[:-3])
write("endless.lzh", lzh(2, b"a.txt", second))
write("twice.lzh", lzh(2, b"a.txt", second) + lzh(2, b"A.TXT", second) + b"\0")
write("level4.lzh", lzh(2, b"a.txt", second)[:20] + b"\4" + lzh(2, b"a.txt", second)[21:] + b"\0")
