import { HubApiError } from '@huggingface/hub';
import { TenonError } from '../../errors.ts';
import { HUB_URL, type HubSource } from './hub-repository.ts';

/** What went wrong between here and the hub, as an error that says what to do. */
export function hubError(error: unknown, { id, url = HUB_URL }: HubSource): TenonError {
  if (error instanceof TenonError) return error;
  if (error instanceof HubApiError) {
    const reasons: Readonly<Record<number, string>> = {
      401: 'it does not exist, or it is private and needs a token in HF_TOKEN',
      403: 'its terms must be accepted on its page first, and HF_TOKEN be of who did',
      404: 'there is no such model or revision',
      429: 'too many requests; try again in a while',
    };
    const reason = reasons[error.statusCode] ?? `the hub answers with status ${error.statusCode}`;
    return new TenonError('hub_refused', { id, url, reason }, { cause: error });
  }
  return new TenonError('hub_unreachable', { id, url, reason: reasonOf(error) }, { cause: error });
}

/** `fetch` hides what happened in its cause; the hub's streams throw bare text. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, message } = (error.cause ?? error) as { code?: unknown; message?: unknown };
  return String(code ?? message ?? 'unknown');
}
