# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at rebuilt pictures with other people's eyes. Lines on stdin: input, output, and the mean difference per sample
that is allowed (-1: only that it opens). Where there is an expected-INPUT.png, it is compared with that. Prints what is wrong, one finding a line."""
import json, os, re, subprocess, sys
from io import BytesIO
from PIL import Image, ImageChops, ImageCms, ImageOps, ImageSequence, ImageStat

SECRET = b"SECRET-35.681236N-139.767125E"
MARKS = (SECRET, b"<script", b"<?php", b"ftypmp42", b"KNIL", b"evil", b"acsp", b"Exif\0\0")
GROUPS = {"SourceFile", "ExifTool", "System", "File", "Composite", "JFIF", "PNG", "RIFF"}
FIELDS = {"ImageWidth", "ImageHeight", "BitsPerSample", "Compression", "PhotometricInterpretation", "StripOffsets", "SamplesPerPixel", "RowsPerStrip",
          "StripByteCounts", "XResolution", "YResolution", "PlanarConfiguration", "ResolutionUnit", "Predictor", "ExtraSamples", "T6Options", "PageNumber"}


def srgb(image):
    profile = image.info.get("icc_profile")
    try:
        if profile and image.mode in ("RGB", "L"):
            return ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB")
    except ImageCms.PyCMSError:
        pass
    return image


def flat(image):
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB"), image.getchannel("A")


def difference(a, b):
    if a.mode.startswith("I") and b.mode.startswith("I"):
        return 0 if list(a.getdata()) == list(b.getdata()) else 255
    found = []
    for x, y in zip(flat(a), flat(b)):
        found += ImageStat.Stat(ImageChops.difference(x, y)).mean
    return max(found)


def pages(image, all_of_them):
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number and not all_of_them:
            return
        yield ImageOps.exif_transpose(frame.copy())


def compare(name, came, left, allowed):
    after = Image.open(left)
    if allowed < 0:
        after.load()
        return
    by_hand = f"expected-{came}.png"
    before = Image.open(by_hand if os.path.exists(by_hand) else came)
    if getattr(after, "n_frames", 1) != (getattr(before, "n_frames", 1) if before.format == "TIFF" else 1):
        print(name, "has", getattr(after, "n_frames", 1), "pages")
    for a, b in zip(pages(before, before.format == "TIFF"), pages(after, True)):
        if a.size != b.size:
            print(name, "was", a.size, "is", b.size)
        elif (found := difference(srgb(a), b)) > allowed:
            print(name, "differs by", found)


outputs = []
for line in sys.stdin:
    came, left, allowed = line.split()
    outputs.append(left)
    data = open(left, "rb").read()
    for mark in MARKS:
        if mark in data:
            print(left, "still has", mark)
    compare(left, came, left, float(allowed))
    if data.startswith(b"\x89PNG"):
        ran = subprocess.run(["pngcheck", "-q", left], capture_output=True, text=True)
        if ran.returncode:
            print(ran.stdout)

listed = subprocess.run(["exiftool", "-j", "-a", "-G1", "-ee", *outputs], capture_output=True, text=True)
for picture in json.loads(listed.stdout):
    for key in picture:
        group, _, field = key.rpartition(":")
        if group and group not in GROUPS and not (re.fullmatch(r"IFD\d+", group) and field in FIELDS) or key.endswith(("Error", "Warning", "ThumbnailImage")):
            print(picture["SourceFile"], "has", key, picture[key])
print("looked at", len(outputs))
