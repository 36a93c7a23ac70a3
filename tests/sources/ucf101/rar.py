"""Writes RAR 5 archives that every unpacker reads: https://www.rarlab.com/technote.htm.

Members are stored, or compressed in the plainest way that the format knows: Huffman codes of 8
bits for each of the 256 bytes, and no matches. It saves nothing, but it has to be decompressed.
"""

import zlib
from collections.abc import Mapping
from pathlib import Path

SIGNATURE = b"Rar!\x1a\x07\x01\x00"
MAIN, FILE, END = 1, 2, 5
HAS_DATA, HAS_CRC, UNIX, SOLID_ARCHIVE = 0x02, 0x04, 1, 0x04

# 20 lengths of the code that the lengths are written in: 0 for a length of 8, 10 for repeating
# the last one, 11 for zeros. Then the lengths: 8, 255 times again, and 174 zeros for all matches.
CODE_LENGTHS = "".join(f"{ {8: 1, 17: 2, 19: 2}.get(symbol, 0):04b}" for symbol in range(20))
TABLE = CODE_LENGTHS + "0" + "10" + f"{138 - 11:07b}" + "10" + f"{117 - 11:07b}"
TABLE += "11" + f"{138 - 11:07b}" + "11" + f"{36 - 11:07b}"


def write_rar(
    path: Path, members: Mapping[str, bytes], *, method: int = 3, solid: bool = False
) -> None:
    """Write an archive; ``method`` 0 stores, 1 to 5 compress."""
    parts = [SIGNATURE, header(MAIN, 0, vint(SOLID_ARCHIVE if solid else 0))]
    for index, (name, content) in enumerate(members.items()):
        packed = compress(content) if method else content
        continues = solid and index > 0
        body = [
            vint(HAS_CRC), vint(len(content)), vint(0o100644), checksum(content),
            vint(continues << 6 | method << 7), vint(UNIX), vint(len(name.encode())), name.encode(),
        ]  # fmt: skip
        parts += [header(FILE, HAS_DATA, vint(len(packed)) + b"".join(body)), packed]
    path.write_bytes(b"".join([*parts, header(END, 0, vint(0))]))


def header(kind: int, flags: int, body: bytes) -> bytes:
    content = vint(kind) + vint(flags) + body
    sized = vint(len(content)) + content
    return checksum(sized) + sized


def compress(content: bytes) -> bytes:
    """One block: the table, and every byte as its own code."""
    bits = len(TABLE) + 8 * len(content)
    size = -(-bits // 8)
    block = int(TABLE, 2) << 8 * len(content) | int.from_bytes(content, "big")
    last_block, table_present, size_bytes = 0x40, 0x80, 3
    flags = last_block | table_present | (size_bytes - 1) << 3 | (bits - 1) % 8
    check = 0x5A ^ flags ^ size & 0xFF ^ size >> 8 & 0xFF ^ size >> 16
    packed = (block << 8 * size - bits).to_bytes(size, "big")
    return bytes([flags, check]) + size.to_bytes(size_bytes, "little") + packed


def checksum(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(4, "little")


def vint(value: int) -> bytes:
    """RAR's variable-length integer: 7 bits a byte, least first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
