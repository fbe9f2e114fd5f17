import { TabPage } from '../../widgets/tab-page';

/** What can stand in for a dropped layer. */
export default function RecoveryTab() {
  return (
    <TabPage tab="recovery">
      <p style={{ maxWidth: '64ch' }}>
        Something cheap in a dropped layer’s place wins back part of what was lost: the mean of what the layer added, or
        a linear map of what it read. This page does not fit such a stand-in yet.
      </p>
    </TabPage>
  );
}
