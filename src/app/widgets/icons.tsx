/** The page's few icons, drawn on a 16 by 16 grid in the ink of the text around them. */
const paths = {
  undo: 'M6 3 2.5 6.5 6 10M3 6.5h6.5a4 4 0 0 1 0 8H7',
  redo: 'M10 3l3.5 3.5L10 10M13 6.5H6.5a4 4 0 0 0 0 8H9',
  close: 'M4 4l8 8M12 4l-8 8',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10',
  upload: 'M8 10.5v-8M4.5 6 8 2.5 11.5 6M3 13.5h10',
  link: 'M6.5 9.5l3-3M7 4.5l1.4-1.4a3 3 0 0 1 4.3 4.3L11.3 8.8M9 11.5l-1.4 1.4a3 3 0 0 1-4.3-4.3l1.4-1.4',
  copy: 'M6 6h7.5v7.5H6zM10 6V2.5H2.5V10H6',
  down: 'M4 6l4 4 4-4',
  restore: 'M8 3a5 5 0 1 1-4.6 3M3 2.5V6h3.5',
  play: 'M5 3.5v9l7-4.5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  pin: 'M5.5 2.5h5M6.5 2.5v4.2L4.5 9.5h7l-2-2.8V2.5M8 9.5v4.5',
  stop: 'M4.5 4.5h7v7h-7z',
  sun: 'M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1',
  moon: 'M12.8 9.8A5.3 5.3 0 0 1 6.2 3.2a5.3 5.3 0 1 0 6.6 6.6z',
  chip: 'M4.5 4.5h7v7h-7zM6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14',
  warn: 'M8 2.5 14.2 13.2H1.8zM8 6.5v3.2M8 11.4v.2',
} as const;

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
