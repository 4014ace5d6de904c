import { cancel, intro, isCancel, log, outro, select, text } from '@clack/prompts';
import type { ReviewRecord, ReviewSummary } from '../../reviews/index.ts';
import { describeCall } from '../call-text.ts';
import type { GatewayClient } from '../client.ts';
import { failureOf } from '../failure.ts';
import { GatewayError } from '../gateway-error.ts';
import { bad, bold, dim } from '../style.ts';
import { editorOf, editText } from './edit.ts';
import { reviewText } from './text.ts';

type Choice = 'approve' | 'correct' | 'reject' | 'skip' | 'quit';
type Outcome = 'decided' | 'again' | 'skipped' | 'quit';

/** Goes through the open reviews, oldest first, until the person has enough. Gives back how many were decided. */
export async function walk(client: GatewayClient, actor: string): Promise<number> {
  const open = await client.get<{ data: ReviewSummary[] }>('/v1/reviews?status=open&limit=200');
  const reviews = open.data.toReversed();
  intro(reviews.length === 0 ? 'Nothing waits for review.' : `${reviews.length} to review, as ${actor}`);
  let decided = 0;
  for (const [i, review] of reviews.entries()) {
    const outcome = await present(client, actor, review, `${i + 1} of ${reviews.length}`);
    if (outcome === 'quit') break;
    if (outcome === 'decided') decided++;
  }
  outro(`${decided} decided.`);
  return decided;
}

/** Shows one review until it is decided or left. */
async function present(
  client: GatewayClient,
  actor: string,
  review: ReviewSummary,
  title: string,
): Promise<Outcome> {
  log.step(bold(`${title}  ${dim(review.id)}`));
  log.message(reviewText(review));
  for (;;) {
    const choice = await choose();
    if (choice === 'quit') return 'quit';
    if (choice === 'skip') return 'skipped';
    const outcome = await decide(client, actor, review, choice);
    if (outcome !== 'again') return outcome;
  }
}

async function choose(): Promise<Choice> {
  const choice = await select<Choice>({
    message: 'Your decision',
    options: [
      { value: 'approve', label: 'approve', hint: 'forward it as it is' },
      { value: 'correct', label: 'correct', hint: 'change the arguments, then forward' },
      { value: 'reject', label: 'reject', hint: 'never forward it' },
      { value: 'skip', label: 'skip', hint: 'leave it for later' },
      { value: 'quit', label: 'quit' },
    ],
  });
  return isCancel(choice) ? 'quit' : choice;
}

async function decide(
  client: GatewayClient,
  actor: string,
  review: ReviewSummary,
  choice: Exclude<Choice, 'skip' | 'quit'>,
): Promise<Outcome> {
  try {
    const args = choice === 'correct' ? await correct(review) : undefined;
    if (choice === 'correct' && args === undefined) return 'again';
    const reason = choice === 'reject' ? await askNote() : undefined;
    if (reason === null) return 'again';
    const body = {
      decision: choice,
      actor,
      ...(args === undefined ? {} : { arguments: args }),
      ...(reason ? { note: reason } : {}),
    };
    const decided = await client.post<ReviewRecord>(`/v1/reviews/${review.id}`, body);
    log.message(describeCall(decided.call));
    return 'decided';
  } catch (error) {
    // What the gateway refuses can be put right here; a gateway that is gone cannot.
    if (!(error instanceof GatewayError) && !(error instanceof SyntaxError)) throw error;
    log.error(bad(error instanceof SyntaxError ? `Not JSON: ${error.message}` : failureOf(error).text));
    return 'again';
  }
}

/** The new arguments, or undefined where the person thought better of it. */
async function correct({ arguments: args }: ReviewSummary): Promise<unknown> {
  const editor = editorOf(process.env);
  if (editor !== null) return JSON.parse(await editText(editor, JSON.stringify(args ?? {}, null, 2)));
  const line = await text({
    message: 'The arguments as JSON (set EDITOR for an editor)',
    initialValue: JSON.stringify(args ?? {}),
    validate: (value) => jsonProblem(value ?? ''),
  });
  return isCancel(line) ? undefined : JSON.parse(line);
}

/** Null where the person cancels. */
async function askNote(): Promise<string | null> {
  const answer = await text({ message: 'Why? (may stay empty)' });
  if (isCancel(answer)) {
    cancel('Not rejected.');
    return null;
  }
  return answer ?? '';
}

function jsonProblem(line: string): string | undefined {
  try {
    JSON.parse(line);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
