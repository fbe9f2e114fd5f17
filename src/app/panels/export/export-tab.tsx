import { copyLink } from '../../actions/address';
import { exportMask } from '../../actions/mask-files';
import { importFile } from '../../actions/result-files';
import { Button } from '../../widgets/button';
import { FileButton } from '../../widgets/file-button';
import { TabPage } from '../../widgets/tab-page';
import css from './export.module.css';

/** The mask as a file or a link, and files opened again. */
export default function ExportTab() {
  return (
    <TabPage tab="export">
      <div className={css.actions}>
        <Button look="primary" icon="download" title="Save the mask as a JSON file" onClick={exportMask}>
          Export the mask
        </Button>
        <FileButton
          label="Mask or result file"
          accept=".json,application/json"
          title="Load a mask or a result from a JSON file"
          onFile={(file) => void importFile(file)}
        >
          Import
        </FileButton>
        <Button icon="link" onClick={() => void copyLink()}>
          Copy link
        </Button>
      </div>
      <p className="small soft">
        The file names the model, what is dropped, and what is known of its cost. Curves and influences are saved where
        they are drawn, and opened here again.
      </p>
    </TabPage>
  );
}
