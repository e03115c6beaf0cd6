import { useTexts } from '../texts.js';

/** Says what went wrong, and lets the person try again. The element stays, so that a screen reader hears the text. */
export function Fault({ text, onRetry }: { text: string | undefined; onRetry?: () => void }) {
  const { t } = useTexts();
  return (
    <div role="alert">
      {text !== undefined && (
        <div className="fault fault-row">
          <p>{text}</p>
          {onRetry && (
            <button type="button" className="button" onClick={onRetry}>
              {t('retry')}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
