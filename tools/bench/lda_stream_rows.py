"""Makes the rows of lda-stream.bench.mjs: python lda_stream_rows.py FOLDER ROWS FEATURES ROWS_A_GROUP"""
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

folder, n, p, group = sys.argv[1], *map(int, sys.argv[2:])
rng = np.random.default_rng(0)
names = [f"feature_{j}" for j in range(p)]
labels = np.where(rng.random(n) < 1 / 6, 2, 1)
open(f"{folder}/labels.txt", "w").write("".join(map(str, labels)))
common, shift = rng.normal(size=(8, p)), rng.normal(size=p) * 0.05
with pq.ParquetWriter(f"{folder}/features.parquet", pa.schema([(name, pa.float64()) for name in names])) as writer:
    for start in range(0, n, group):
        y = labels[start : start + group]
        x = rng.normal(size=(len(y), p)) + rng.normal(size=(len(y), 8)) @ common + (y == 2)[:, None] * shift
        writer.write_table(pa.table([pa.array(column) for column in x.T], names=names), row_group_size=group)
