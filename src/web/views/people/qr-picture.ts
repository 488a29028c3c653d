/** ISO/IEC 18004 asks for four light modules around a code. */
const margin = 4;

export interface QrPicture {
  /** Modules along one side, with the margin. */
  readonly size: number;
  /** The dark modules, as the path of an SVG picture of that size. */
  readonly path: string;
}

/** A QR code that survives a crease (level M: 15 %); the library is fetched when it is needed. */
export async function qrPicture(text: string): Promise<QrPicture> {
  const { default: QRCode } = await import('qrcode');
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  return { size: modules.size + 2 * margin, path: pathOf(modules.size, modules.data) };
}

/** Runs of dark modules, row by row, so that no hairline shows between neighbours. */
export function pathOf(size: number, dark: ArrayLike<number>): string {
  let path = '';
  for (let row = 0; row < size; row++) {
    for (let from = 0; from < size; from++) {
      if (!dark[row * size + from]) continue;
      let to = from;
      while (to < size && dark[row * size + to]) to++;
      path += `M${from + margin} ${row + margin}h${to - from}v1h-${to - from}z`;
      from = to;
    }
  }
  return path;
}
