import { finish, polite } from './pools.ts';
import type { Sample, SampleTool } from './sample.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
const SAID: Readonly<Record<string, readonly string[]>> = {
  items: ['the items', 'what is in it', 'its contents', 'the list of items', 'everything in it'],
  tracking: [
    'tracking',
    'the tracking number',
    'where the parcel is',
    'the tracking details',
    'shipping details',
  ],
  invoice: ['the invoice', 'the bill', 'an invoice copy'],
};

export const lookupOrder: SampleTool = {
  name: 'lookup_order',
  make(r): Sample {
    const id = `${r.pick(LETTERS)}${r.pick(LETTERS)}-${String(r.int(0, 99999)).padStart(5, '0')}`;
    const said = r.chance(0.25) ? r.pick([id.toLowerCase(), id.replace('-', ' '), id.replace('-', '')]) : id;
    const include = r.chance(0.4) ? r.some(Object.keys(SAID), r.pick([1, 1, 1, 2])) : [];
    const extra = include.map((key) => r.pick(SAID[key] as readonly string[])).join(' and ');
    const order = r.pick([
      `order ${said}`,
      `order number ${said}`,
      `order no. ${said}`,
      `my order ${said}`,
      `the order ${said}`,
      `order #${said}`,
      said,
    ]);
    const ask = r.pick([
      () => polite(r, `look up ${order}`),
      () => polite(r, `check the status of ${order}`),
      () => `where is ${order}`,
      () => `what is the status of ${order}`,
      () => `has ${order} shipped yet`,
      () => polite(r, `find ${order}`),
      () => polite(r, `show me ${order}`),
      () => `when will ${order} arrive`,
      () => polite(r, `get ${order}`),
      () => `what happened to ${order}`,
      () => `did ${order} go out`,
      () => polite(r, `track ${order}`),
      () => `state of ${order}`,
      () => `is ${order} on its way`,
      () => `has ${said} been ${r.pick(['sent', 'delivered', 'dispatched', 'packed'])}`,
      () => `any news on ${order}`,
      () => `my ${r.pick(['package', 'delivery', 'shipment'])} ${said} is late`,
      () => `I am waiting for ${order}`,
      () => polite(r, `tell me about ${order}`),
      () => `${order}`,
    ])();
    const text =
      include.length === 0
        ? ask
        : r.pick([
            () => `${ask} with ${extra}`,
            () =>
              polite(
                r,
                `${r.pick(['show me', 'give me', 'I need', 'send me', 'get me'])} ${extra} ${r.pick(['for', 'of'])} ${order}`,
              ),
            () => `${ask}, include ${extra}`,
            () => `${ask} and show ${extra}`,
            () => `${ask}, I also need ${extra}`,
          ])();
    return {
      text: finish(r, text.replace(/[.?](?= (with|and)|,)/, '')),
      arguments: { order_id: id, ...(include.length > 0 && { include }) },
    };
  },
};
