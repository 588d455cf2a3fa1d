# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes pictures into the folder given: right ones, and one for every danger that a format has. What is dangerous is
put in by hand, so that it is there whatever the library that made the rest thinks of it."""
import io, os, struct, sys, zlib
from PIL import Image, ImageDraw, TiffImagePlugin

os.chdir(sys.argv[1])


def picture(mode="RGB", width=97, height=61):
    image = Image.new("RGB", (width, height))
    image.putdata([((x * 255) // width, (y * 255) // height, ((x + y) * 3) % 256 // 2) for y in range(height) for x in range(width)])
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 50, 50), fill=(220, 30, 40))
    draw.rectangle((60, 5, 90, 20), fill=(255, 255, 255))
    if mode == "RGBA":
        image.putalpha(image.convert("L").point(lambda v: 255 if v > 90 else v * 2))
    return image.convert(mode)


def save(name, image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    if name:
        write(name, out.getvalue())
    return out.getvalue()


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


SECRET = b"SECRET-35.681236N-139.767125E"


def tiff_entry(tag, kind, count, value):
    return struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")


def exif(orientation=1):
    """A directory with orientation, maker note, GPS, and a second one with a thumbnail."""
    thumbnail = save(None, picture(width=16, height=16), "JPEG")
    head = b"II*\0" + struct.pack("<I", 8)
    entries = 4
    data_at = 8 + 2 + 12 * entries + 4
    second_at = data_at + 64
    gps_at = second_at + 2 + 24 + 4
    thumb_at = gps_at + 2 + 12 + 4
    first = struct.pack("<H", entries)
    first += tiff_entry(0x010E, 2, len(SECRET), struct.pack("<I", data_at))
    first += tiff_entry(0x0112, 3, 1, struct.pack("<H", orientation))
    first += tiff_entry(0x8825, 4, 1, struct.pack("<I", gps_at))
    first += tiff_entry(0x927C, 7, len(SECRET), struct.pack("<I", data_at))
    first += struct.pack("<I", second_at)
    second = struct.pack("<H", 2) + tiff_entry(0x0201, 4, 1, struct.pack("<I", thumb_at))
    second += tiff_entry(0x0202, 4, 1, struct.pack("<I", len(thumbnail))) + struct.pack("<I", 0)
    gps = struct.pack("<H", 1) + tiff_entry(1, 2, 2, b"N\0") + struct.pack("<I", 0)
    return head + first + SECRET.ljust(64, b"\0") + second + gps + thumbnail


def profile(kind="p3"):
    """A matrix profile: Display P3, or gray of gamma 1.8."""
    def fixed(value):
        return struct.pack(">i", round(value * 65536))
    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))
    if kind == "p3":
        curve = b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(map(fixed, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))
        elements = [(b"rXYZ", xyz(0.51512, 0.2412, -0.00105)), (b"gXYZ", xyz(0.29198, 0.69225, 0.04189)),
                    (b"bXYZ", xyz(0.1571, 0.06657, 0.78407)), (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)]
        space = b"RGB "
    else:
        elements = [(b"kTRC", b"curv\0\0\0\0" + struct.pack(">IH", 1, round(1.8 * 256)))]
        space = b"GRAY"
    elements += [(b"wtpt", xyz(0.9642, 1, 0.8249)), (b"cprt", b"text\0\0\0\0" + SECRET + b"\0"),
                 (b"desc", b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78))]
    at = 132 + 12 * len(elements)
    table, body = struct.pack(">I", len(elements)), b""
    for name, content in elements:
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", at + len(body), len(content))
        body += content
    size = 128 + len(table) + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"none", 0x02400000, b"mntr", space, b"XYZ ") + bytes(12) + b"acsp" + bytes(28)
    header += b"".join(map(fixed, (0.9642, 1, 0.8249)))
    return header.ljust(128, b"\0") + table + body


# ---- JPEG

def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def with_segments(jpeg, *segments):
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


plain = save("plain.jpg", picture(), "JPEG", quality=85)
save("gray.jpg", picture("L"), "JPEG", quality=85)
save("full.jpg", picture(), "JPEG", quality=95, subsampling=0)
save("half.jpg", picture(), "JPEG", quality=85, subsampling=1)
save("progressive.jpg", picture(), "JPEG", quality=85, progressive=True)
save("cmyk.jpg", picture("CMYK"), "JPEG", quality=95)
save("tiny.jpg", picture(width=1, height=1), "JPEG")
for orientation in range(1, 9):
    write(f"turned{orientation}.jpg", with_segments(plain, segment(0xE1, b"Exif\0\0" + exif(orientation))))
write("p3.jpg", with_segments(save(None, picture(), "JPEG", quality=95, subsampling=0), segment(0xE2, b"ICC_PROFILE\0\1\1" + profile())))
write("dirty.jpg", with_segments(
    plain, segment(0xE1, b"Exif\0\0" + exif()), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + SECRET + b"</x>"),
    segment(0xE2, b"MPF\0" + SECRET), segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x1d" + SECRET), segment(0xEE, b"Adobe\0\x64\0\0\0\0\1"),
    segment(0xEC, SECRET), segment(0xFE, b"<?php system('" + SECRET + b"'); ?>")) + b"\0\0\0\x18ftypmp42" + SECRET)
write("truncated.jpg", plain[:len(plain) * 2 // 3])
middle = plain.index(b"\xff\xda") + 200
write("damaged.jpg", plain[:middle] + b"\xff\xd9\xff\xfe" + plain[middle + 4:])
frame = plain.index(b"\xff\xc0")
write("arithmetic.jpg", plain[:frame] + b"\xff\xc9" + plain[frame + 2:])
write("lossless.jpg", plain[:frame] + b"\xff\xc3" + plain[frame + 2:])
write("twelve.jpg", plain[:frame + 4] + b"\x0c" + plain[frame + 5:])
write("huge.jpg", plain[:frame + 5] + struct.pack(">HH", 65000, 65000) + plain[frame + 9:])
write("nothing.jpg", plain[:frame + 5] + struct.pack(">HH", 61, 0) + plain[frame + 9:])
ours_but_comment = with_segments(plain, segment(0xFE, SECRET))
write("comment.jpg", ours_but_comment)
scans = segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC2, struct.pack(">BHHB3B", 8, 8, 8, 1, 1, 0x11, 0))
scans += segment(0xC4, b"\0\1" + bytes(15) + b"\0") + segment(0xC4, b"\x10\1" + bytes(15) + b"\0") + segment(0xDA, b"\1\1\0\0\0\0") + b"\x7f"
for low, high in ((0x01, b""), (0x10, b"")):
    for k in range(1, 64):
        scans += segment(0xDA, bytes([1, 1, 0, k, k, low])) + b"\x7f"
write("scans.jpg", b"\xff\xd8" + scans + b"\xff\xd9")

# ---- PNG

def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def header(width, height, depth=8, colour=2, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))


SIGNATURE = b"\x89PNG\r\n\x1a\n"
png = save("plain.png", picture(), "PNG")
save("alpha.png", picture("RGBA"), "PNG")
save("gray.png", picture("L"), "PNG")
save("gray-alpha.png", picture("LA"), "PNG")
save("bits.png", picture("1"), "PNG")
save("palette.png", picture("P"), "PNG")
save("palette-transparent.png", picture().convert("P", palette=Image.ADAPTIVE, colors=200), "PNG", transparency=7)
save("few.png", picture().convert("P", palette=Image.ADAPTIVE, colors=5), "PNG")
save("sixteen-gray.png", Image.frombytes("I;16", (64, 64), b"".join(struct.pack("<H", i * 16) for i in range(4096))), "PNG")
rows = b"".join(b"\0" + b"".join(struct.pack(">HHH", x * 1000 % 65536, y * 999 % 65536, (x * y * 7) % 65536) for x in range(40)) for y in range(30))
write("sixteen.png", SIGNATURE + header(40, 30, 16) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(3 * 8)) for y in range(8))
adam = b""
for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
    for y in range(y0, 8, dy):
        adam += b"\0" + b"".join(bytes((x * 30, y * 30, 77)) for x in range(x0, 8, dx))
write("interlaced.png", SIGNATURE + header(8, 8, interlace=1) + chunk(b"IDAT", zlib.compress(adam)) + chunk(b"IEND", b""))
write("trns.png", SIGNATURE + header(8, 8) + chunk(b"tRNS", bytes((0, 0, 0, 0, 0, 0))) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
body = png[len(SIGNATURE) + 25:-12]
dirt = (chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(SECRET)) + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET)
        + chunk(b"eXIf", exif()) + chunk(b"tIME", bytes(7)) + chunk(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)) + chunk(b"prVt", SECRET) + chunk(b"sPLT", b"n\0\x08" + bytes(6)))
write("dirty.png", SIGNATURE + png[8:33] + dirt + body + png[-12:] + b"PK\5\6" + SECRET)
write("p3.png", SIGNATURE + png[8:33] + chunk(b"iCCP", b"p\0\0" + zlib.compress(profile())) + body + png[-12:])
write("turned6.png", SIGNATURE + png[8:33] + chunk(b"eXIf", exif(6)) + body + png[-12:])
save("animated.png", picture(), "PNG", save_all=True, append_images=[picture().rotate(90), picture().rotate(180)])
write("text-first.png", SIGNATURE + chunk(b"tEXt", b"a\0b") + png[8:])
write("two-headers.png", SIGNATURE + png[8:33] + png[8:])
few = open("few.png", "rb").read()
plte = few.index(b"PLTE") - 4
length = struct.unpack(">I", few[plte:plte + 4])[0] + 12
write("two-palettes.png", few[:plte + length] + few[plte:])
write("checksum.png", png[:-20] + bytes([png[-20] ^ 1]) + png[-19:])
write("truncated.png", png[:len(png) // 2])
write("huge.png", SIGNATURE + header(60000, 60000) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))
write("short.png", SIGNATURE + header(600, 600) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))
squeezed = zlib.compress(bytes(200 << 20), 9)
write("bomb-text.png", SIGNATURE + png[8:33] + chunk(b"zTXt", b"Comment\0\0" + squeezed) + body + png[-12:])
write("bomb-profile.png", SIGNATURE + png[8:33] + chunk(b"iCCP", b"p\0\0" + squeezed) + body + png[-12:])

# ---- GIF

gif = save("plain.gif", picture().convert("P", palette=Image.ADAPTIVE), "GIF")
save("transparent.gif", picture().convert("P", palette=Image.ADAPTIVE, colors=50), "GIF", transparency=3)
save("interlaced.gif", picture("L"), "GIF", interlace=1)
animated = save("animated.gif", picture().convert("P"), "GIF", save_all=True, append_images=[picture().rotate(90).convert("P")], loop=0, duration=50)
palette_end = 13 + 3 * (2 << (gif[10] & 7))
extensions = b"\x21\xfe" + bytes([len(SECRET)]) + SECRET + b"\0" + b"\x21\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\0" + b"\x21\x01\x0c" + bytes(12) + b"\4text\0"
write("dirty.gif", b"GIF89a" + gif[6:palette_end] + extensions + gif[palette_end:] + b"<script>" + SECRET)
frame_at = gif.index(b"\x2c", palette_end)
write("frames.gif", gif[:-1] + gif[frame_at:-1] * 3000 + b";")
write("truncated.gif", gif[:len(gif) * 2 // 3])
write("huge.gif", gif[:6] + struct.pack("<HH", 65535, 65535) + gif[10:])
write("huge-frame.gif", gif[:frame_at + 5] + struct.pack("<HH", 65535, 65535) + gif[frame_at + 9:])
write("outside.gif", gif[:frame_at + 1] + struct.pack("<HH", 90, 50) + gif[frame_at + 5:])
write("nothing.gif", gif[:palette_end] + b";")
write("bad-code.gif", gif[:frame_at + 10] + b"\x08\x04\xff\xff\xff\xff\0;")

# ---- BMP

def bitmap(bits, width, height, rows, palette=b"", compression=0, info=None, masks=b"", down=False):
    info = info or struct.pack("<IiiHHIIiiII", 40, width, -height if down else height, 1, bits, compression, 0, 2835, 2835, len(palette) // 4, 0)
    offset = 14 + len(info) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + masks + palette + rows


save("plain.bmp", picture(), "BMP")
save("palette.bmp", picture("P"), "BMP")
save("gray.bmp", picture("L"), "BMP")
save("bits.bmp", picture("1"), "BMP")
save("wide.bmp", picture("RGBA"), "BMP")
rows = b"".join(bytes((x * 20, y * 20, 9)) for y in range(10) for x in range(12))
write("down.bmp", bitmap(24, 12, 10, rows, down=True))
write("sixteen.bmp", bitmap(16, 8, 8, b"".join(struct.pack("<H", (x * 4) << 10 | (y * 4) << 5 | 7) for y in range(8) for x in range(8))))
write("fields.bmp", bitmap(16, 8, 8, b"".join(struct.pack("<H", (x * 4) << 11 | (y * 8) << 5 | 7) for y in range(8) for x in range(8)), compression=3, masks=struct.pack("<III", 0xF800, 0x07E0, 0x001F)))
core = struct.pack("<IHHHH", 12, 4, 2, 1, 24)
write("core.bmp", bitmap(24, 4, 2, bytes(range(24)), info=core))
colours = b"".join(bytes((i, 255 - i, i // 2, 0)) for i in range(256))
runs = b"\4\7" + b"\0\5abcde\0" + b"\0\0" + b"\0\2\3\1" + b"\6\x09" + b"\0\1"
write("rle8.bmp", bitmap(8, 9, 4, runs, colours, 1))
write("rle4.bmp", bitmap(4, 9, 4, b"\4\x71" + b"\0\5\x12\x34\x50\0" + b"\0\0" + b"\0\2\3\1" + b"\6\x9a" + b"\0\1", colours[:64], 2))


def expected(name, rows):
    image = Image.new("RGB", (9, 4))
    image.putdata([(i // 2, 255 - i, i) for row in rows for i in row])
    save("expected-" + name + ".png", image, "PNG")


expected("rle8.bmp", [[0] * 9, [0] * 3 + [9] * 6, [0] * 9, [7] * 4 + list(b"abcde")])
expected("rle4.bmp", [[0] * 9, [0] * 3 + [9, 10] * 3, [0] * 9, [7, 1] * 2 + [1, 2, 3, 4, 5]])
v5 = struct.pack("<IiiHHIIiiII", 124, 4, 2, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(16) + b"KNIL" + bytes(48)
link = b"\\\\evil\\share\\profile.icm\0"
write("linked.bmp", bitmap(24, 4, 2, bytes(24) + link, info=v5 + struct.pack("<IIII", 0, 124 + 24, len(link), 0)))
write("jpeg.bmp", bitmap(0, 97, 61, plain, compression=4))
write("rle-outside.bmp", bitmap(8, 9, 4, b"\xff\7" * 9 + b"\0\1", colours, 1))
write("rle-endless.bmp", bitmap(8, 9, 4, b"\4\7", colours, 1))
write("huge.bmp", bitmap(24, 60000, 60000, bytes(100)))
write("truncated.bmp", bitmap(24, 12, 10, rows[:200]))
write("negative.bmp", bitmap(24, -12, 10, rows))
write("trailing.bmp", bitmap(24, 12, 10, rows) + b"MZ" + SECRET)

# ---- WebP

def riff(*chunks):
    body = b"WEBP" + b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


webp = save("plain.webp", picture(), "WEBP", quality=80)
save("lossless.webp", picture(), "WEBP", lossless=True)
save("alpha.webp", picture("RGBA"), "WEBP", quality=80)
save("alpha-lossless.webp", picture("RGBA"), "WEBP", lossless=True, exact=True)
save("animated.webp", picture(), "WEBP", save_all=True, append_images=[picture().rotate(90), picture().rotate(180)], lossless=True)
write("dirty.webp", riff((b"VP8X", bytes([0x2C, 0, 0, 0]) + struct.pack("<I", 96)[:3] + struct.pack("<I", 60)[:3]), (b"ICCP", profile("gray")), (webp[12:16], webp[20:]),
                         (b"EXIF", exif()), (b"XMP ", b"<x>" + SECRET + b"</x>"), (b"prVt", SECRET)) + SECRET)
write("turned6.webp", riff((b"VP8X", bytes([0x08, 0, 0, 0]) + struct.pack("<I", 96)[:3] + struct.pack("<I", 60)[:3]), (webp[12:16], webp[20:]), (b"EXIF", exif(6))))
write("truncated.webp", webp[:len(webp) // 2])
write("huge.webp", riff((b"VP8L", b"\x2f" + struct.pack("<I", 16383 << 14 | 16383) + bytes(50))))
write("damaged.webp", webp[:20] + bytes(20) + webp[40:])

# ---- TIFF

for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"):
    save(f"{compression}.tif", picture(), "TIFF", compression=compression)
for compression in ("group3", "group4", "tiff_ccitt"):
    save(f"{compression}.tif", picture("1"), "TIFF", compression=compression, dpi=(204, 98))
save("gray.tif", picture("L"), "TIFF", compression="tiff_lzw")
save("palette.tif", picture("P"), "TIFF")
save("alpha.tif", picture("RGBA"), "TIFF")
save("cmyk.tif", picture("CMYK"), "TIFF")
save("pages.tif", picture("1"), "TIFF", save_all=True, append_images=[picture(), picture("L").rotate(90, expand=True)], compression="tiff_deflate")
for orientation in (2, 3, 5, 6, 8):
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[0x0112] = orientation
    save(f"turned{orientation}.tif", picture(), "TIFF", tiffinfo=info, compression="tiff_lzw")


def tiff(width, height, *entries, data=b"", little=True, next_directory=0, at=8):
    """One strip of 8-bit gray, with whatever entries besides."""
    fixed = [(256, 4, 1, struct.pack("<I", width)), (257, 4, 1, struct.pack("<I", height)), (258, 3, 1, struct.pack("<H", 8)),
             (259, 3, 1, struct.pack("<H", 1)), (262, 3, 1, struct.pack("<H", 1)), (277, 3, 1, struct.pack("<H", 1)), (278, 4, 1, struct.pack("<I", height))]
    every = fixed + list(entries)
    strip = at + 2 + 12 * (len(every) + 2) + 4
    every += [(273, 4, 1, struct.pack("<I", strip)), (279, 4, 1, struct.pack("<I", len(data)))]
    out = b"II*\0" + struct.pack("<I", at) if at == 8 else b""
    out += struct.pack("<H", len(every)) + b"".join(tiff_entry(*e) for e in sorted(every)) + struct.pack("<I", next_directory)
    return out + data


gray = bytes((x * y) % 256 for y in range(8) for x in range(8))
secret_at = 8 + 2 + 12 * (7 + 2 + 5) + 4 + 64
write("dirty.tif", tiff(8, 8, (270, 2, len(SECRET), struct.pack("<I", secret_at)), (305, 2, len(SECRET), struct.pack("<I", secret_at)), (700, 1, len(SECRET), struct.pack("<I", secret_at)),
                        (33723, 7, len(SECRET), struct.pack("<I", secret_at)), (50999, 7, len(SECRET), struct.pack("<I", secret_at)), data=gray) + SECRET)
write("subifd.tif", tiff(8, 8, (330, 4, 1, struct.pack("<I", 8)), data=gray))
write("loop.tif", tiff(8, 8, data=gray, next_directory=8))
one = tiff(8, 8, data=gray)
write("loop2.tif", tiff(8, 8, data=gray, next_directory=len(one)) + tiff(8, 8, data=gray, next_directory=8, at=len(one)))
write("thumbnail.tif", tiff(8, 8, data=gray, next_directory=len(one)) + tiff(8, 8, (254, 4, 1, struct.pack("<I", 1)), data=gray, at=len(one)))
write("huge.tif", tiff(60000, 60000, data=gray))
write("short.tif", tiff(800, 800, data=gray))
write("counts.tif", tiff(8, 8, (270, 2, 0xFFFFFFF0, struct.pack("<I", 8)), (33723, 4, 0x7FFFFFFF, struct.pack("<I", 8)), data=gray))
write("compression.tif", one.replace(struct.pack("<HHI", 259, 3, 1) + b"\1", struct.pack("<HHI", 259, 3, 1) + b"\6"))
big = b"II+\0" + struct.pack("<HHQ", 8, 0, 16)
fields = [(256, 4, 8), (257, 4, 8), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 16, 16 + 8 + 20 * 9 + 8), (277, 3, 1), (278, 4, 8), (279, 16, 64)]
big += struct.pack("<Q", len(fields)) + b"".join(struct.pack("<HHQQ", tag, kind, 1, value) for tag, kind, value in fields) + struct.pack("<Q", 0)
write("big.tif", big + gray)
page, last = len(one) - 8, 500
write("many.tif", b"".join(tiff(8, 8, data=gray, next_directory=8 + (i + 1) * page if i < last else 0, at=8 + i * page) for i in range(last + 1)))
