import { useEffect, useState } from 'preact/hooks';
import { qrPicture, type QrPicture } from './qr-picture.ts';

/** A text as a QR code, always dark on light: many telephones read no other. */
export function QrOf({ text, label }: { text: string; label: string }) {
  const [picture, see] = useState<QrPicture>();
  useEffect(() => {
    let wanted = true;
    qrPicture(text).then(
      (drawn) => wanted && see(drawn),
      // without a picture the words beside it still say it all
      () => wanted && see(undefined),
    );
    return () => void (wanted = false);
  }, [text]);
  if (!picture) return <div class="qr" />;
  const { size, path } = picture;
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${size} ${size}`}
      shape-rendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
