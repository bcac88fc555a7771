"""Calls of everything in compression.zstd, each to be made again and again."""


from compression import zstd
from compression.zstd import CompressionParameter, DecompressionParameter, ZstdError

DATA = b"some words, some more words, and the words again. " * 20
SAMPLES = [bytes(str(i) + " words and words again " * (i % 3), "ascii") for i in range(60)]
RAW = zstd.ZstdDict(DATA[:500], is_raw=True)
DICTIONARY = zstd.finalize_dict(RAW, SAMPLES, 600, 1)
PACKED = zstd.compress(DATA, 1)


def compressor():
    it = zstd.ZstdCompressor(1)
    it.set_pledged_input_size(None)
    it.compress(DATA)
    it.flush(it.FLUSH_BLOCK)
    it.compress(b"", it.FLUSH_FRAME)
    it.compress(DATA, it.FLUSH_FRAME)


def decompressor():
    it = zstd.ZstdDecompressor()
    it.decompress(PACKED + b"behind", 10)
    it.decompress(b"")
    assert it.unused_data == b"behind"


def in_pieces():
    it = zstd.ZstdDecompressor()
    it.decompress(PACKED[:20])
    it.decompress(PACKED[20:], max_length=10)
    it.decompress(b"more")


def with_dictionary(dictionary):
    packed = zstd.compress(DATA, 1, zstd_dict=dictionary)
    assert zstd.decompress(packed, zstd_dict=dictionary) == DATA


def of_its_own():
    it = zstd.ZstdDict(DICTIONARY.dict_content)
    with_dictionary(it.as_digested_dict)
    assert len(it) > 0 and it.dict_id > 0


def with_options():
    packed = zstd.compress(DATA, options={CompressionParameter.checksum_flag: 1, CompressionParameter.strategy: 1})
    zstd.decompress(packed, options={DecompressionParameter.window_log_max: 20})


def pledge_broken():
    it = zstd.ZstdCompressor(1)
    it.set_pledged_input_size(3)
    refused(ZstdError, it.compress, DATA, it.FLUSH_BLOCK)


def refused(error, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except error:
        return
    raise AssertionError("it was not refused")


CALLS = {
    "compress": lambda: zstd.compress(DATA, 1),
    "decompress": lambda: zstd.decompress(PACKED),
    "ZstdCompressor": compressor,
    "ZstdDecompressor": decompressor,
    "ZstdDecompressor, in pieces": in_pieces,
    "ZstdDict, digested": lambda: with_dictionary(DICTIONARY.as_digested_dict),
    "ZstdDict, undigested": lambda: with_dictionary(DICTIONARY.as_undigested_dict),
    "ZstdDict, prefix": lambda: with_dictionary(RAW.as_prefix),
    "ZstdDict, of its own": of_its_own,
    "options": with_options,
    "get_param_bounds": CompressionParameter.strategy.bounds,
    "get_frame_info": lambda: zstd.get_frame_info(PACKED),
    "get_frame_size": lambda: zstd.get_frame_size(PACKED),
    "finalize_dict": lambda: zstd.finalize_dict(RAW, SAMPLES, 600, 1),
    "train_dict, refused": lambda: refused(ZstdError, zstd.train_dict, [b"few"], 300),
    "ZstdCompressor, refused": lambda: refused(ValueError, zstd.ZstdCompressor, 777),
    "ZstdCompressor, options refused": lambda: refused(ValueError, zstd.ZstdCompressor, options={999: 1}),
    "ZstdDict, refused": lambda: refused(ValueError, zstd.ZstdDict, DATA),
    "compress, refused": pledge_broken,
    "decompress, refused": lambda: refused(ZstdError, zstd.decompress, DATA),
    "decompress, cut short": lambda: refused(ZstdError, zstd.decompress, PACKED[:-5]),
    "get_frame_info, refused": lambda: refused(ZstdError, zstd.get_frame_info, DATA),
    "get_frame_size, refused": lambda: refused(ZstdError, zstd.get_frame_size, PACKED[:-5]),
}
