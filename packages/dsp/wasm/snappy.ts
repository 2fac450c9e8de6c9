// Decompression of one Snappy block. Short copies move sixteen or eight bytes whatever their length, so both buffers need
// that much room after their ends.

/** @returns how many bytes the block holds; -1 when it is damaged or holds more than `length`. */
export function unsnappy(out: usize, length: u32, input: usize, nInput: u32): i32 {
  const start = out;
  const end = out + (length as usize);
  const inputEnd = input + (nInput as usize);
  while (input < inputEnd && load<u8>(input) >= 128) input++; // the length, which is known
  input++;
  while (input < inputEnd) {
    const tag = load<u8>(input++) as u32;
    const kind = tag & 3;
    let n = ((tag >> 2) + 1) as usize;
    if (kind == 0) {
      if (n > 60) {
        const nBytes = n - 60;
        if (input + nBytes > inputEnd) return -1;
        n = ((load<u32>(input) & (0xffffffff >> (32 - 8 * (nBytes as u32)))) as usize) + 1;
        input += nBytes;
      }
      if (n > inputEnd - input || n > end - out) return -1;
      if (n <= 16) v128.store(out, v128.load(input));
      else memory.copy(out, input, n);
      input += n;
      out += n;
      continue;
    }
    let back: usize;
    if (kind == 1) {
      n = (((tag >> 2) & 7) + 4) as usize;
      back = (((tag >> 5) << 8) | (load<u8>(input) as u32)) as usize;
      input += 1;
    } else if (kind == 2) {
      back = load<u16>(input) as usize;
      input += 2;
    } else {
      back = load<u32>(input) as usize;
      input += 4;
    }
    if (input > inputEnd || back == 0 || back > out - start || n > end - out) return -1;
    const to = out + n;
    if (back >= 8) {
      // what it reads was written at least eight bytes ago
      for (; out < to; out += 8) store<u64>(out, load<u64>(out - back));
      out = to;
    } else for (; out < to; out++) store<u8>(out, load<u8>(out - back));
  }
  return (out - start) as i32;
}
