"""Parquet files of every kind of page that a column of numbers may have, as pyarrow writes them.

    python tools/golden/dsp_parquet.py        writes packages/dsp/test/golden/parquet/*.parquet and values.json

Made with pyarrow 26.0.1 and numpy 2.4.6. values.json has the columns' values as exact text; null is a missing value.
"""
import json
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "dsp" / "test" / "golden" / "parquet"
OUT.mkdir(exist_ok=True)
rng = np.random.default_rng(300)
N = 200

noise = rng.normal(size=N) * 20
few = np.round(rng.normal(size=N), 1)
stim = np.where(np.arange(N) % 37 == 5, 1 + (np.arange(N) % 3 == 0), 0)
counts = np.cumsum(rng.integers(-4, 9, size=N))
holes = rng.random(N) < 0.2
runs = (np.arange(N) // 40) % 2 == 1


def field(name, values, kind, nullable=False, mask=None):
    return pa.field(name, kind, nullable=nullable), pa.array(values, kind, mask=mask)


COLUMNS = [
    field("double", noise, pa.float64()),
    field("float", noise.astype(np.float32), pa.float32()),
    field("int32", counts, pa.int32()),
    field("int64", counts * 10**12, pa.int64()),
    field("few", few, pa.float64()),
    field("constant", np.full(N, 2.5), pa.float32()),
    field("nullable", noise, pa.float64(), True),
    field("holes", noise, pa.float64(), True, holes),
    field("runs", few, pa.float64(), True, runs),
    field("nulls", noise, pa.float64(), True, np.ones(N, bool)),
    field("int_holes", counts, pa.int32(), True, holes),
    field("stim", stim, pa.int64()),
]
TABLE = pa.table([array for _, array in COLUMNS], schema=pa.schema([f for f, _ in COLUMNS]))

FILES = {
    "plain_none": dict(compression="none", use_dictionary=False),
    "dictionary_snappy": dict(compression="snappy"),
    "dictionary_v2_zstd": dict(compression="zstd", data_page_version="2.0"),
    "plain_v2_snappy": dict(compression="snappy", use_dictionary=False, data_page_version="2.0"),
    "plain_v2_none": dict(compression="none", use_dictionary=False, data_page_version="2.0"),
    "pages_snappy": dict(compression="snappy", data_page_size=200, write_batch_size=50, row_group_size=110),
    "pages_v2_gzip": dict(compression="gzip", data_page_size=200, write_batch_size=50, row_group_size=110, data_page_version="2.0"),
    "groups_lz4": dict(compression="lz4", row_group_size=128),
    "split_zstd": dict(
        compression="zstd",
        use_dictionary=False,
        column_encoding={f.name: "BYTE_STREAM_SPLIT" for f, _ in COLUMNS},
    ),
    "brotli": dict(compression="brotli", use_dictionary=["few", "constant"]),
    "delta_snappy": dict(
        compression="snappy",
        use_dictionary=False,
        column_encoding={f.name: "DELTA_BINARY_PACKED" for f, _ in COLUMNS if pa.types.is_integer(f.type)},
    ),
}
for name, options in FILES.items():
    pq.write_table(TABLE, OUT / f"{name}.parquet", store_schema=False, write_statistics=False, **options)


def text(value):
    return None if value is None else repr(float(value))


values = {f.name: [text(v) for v in array.to_pylist()] for f, array in COLUMNS}
values["float"] = [repr(float(np.float32(v))) for v in noise]
(OUT / "values.json").write_text(
    json.dumps(dict(producer=f"pyarrow {pa.__version__}", script="tools/golden/dsp_parquet.py", tolerance="exact", columns=values)) + "\n"
)
print(sum(p.stat().st_size for p in OUT.iterdir()), "bytes")
