/** Which browsers and flags bring WebGPU. */
export function WebGpuAdvice() {
  return (
    <ul>
      <li>
        <strong>Chrome or Edge 113 or later</strong> on Windows, macOS, ChromeOS and Android 12; on Linux set{' '}
        <code>chrome://flags/#enable-unsafe-webgpu</code> to Enabled and, if that is not enough,{' '}
        <code>chrome://flags/#enable-vulkan</code> too.
      </li>
      <li>
        <strong>Safari 26 or later</strong> on macOS, iOS and iPadOS. <strong>Firefox 141 or later</strong> on Windows,
        145 on macOS.
      </li>
      <li>
        “Use graphics acceleration when available” has to be on in the browser’s settings. The page has to come from{' '}
        <code>https://</code> or <code>localhost</code>.
      </li>
    </ul>
  );
}
