import { Dialog } from '../widgets/dialog';
import { Late, late } from '../widgets/late';

const LessonList = late(() => import('../panels/learn/lesson-list'));

/** The lessons; what they say is fetched with the list. */
export function LearnDialog() {
  return (
    <Dialog name="learn" title="Learn">
      <Late waiting="The lessons are on their way…">
        <LessonList />
      </Late>
    </Dialog>
  );
}
