import { email, finish, person } from './pools.ts';
import type { Random } from './random.ts';
import type { Sample, SampleTool } from './sample.ts';

/** Parts that any combination of makes a complaint of its category. */
const PROBLEMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  billing: [
    [
      'the invoice',
      'the bill',
      'the last payment',
      'the refund',
      'the credit note',
      'the monthly fee',
      'her subscription',
      'the receipt',
      'the price',
    ],
    [
      'is wrong',
      'was charged twice',
      'has not arrived',
      'is too high',
      'shows the wrong amount',
      'was declined',
      'has no VAT',
      'is missing',
      'went to the old address',
      'is still being billed after cancelling',
      'was not paid back',
    ],
  ],
  technical: [
    [
      'the app',
      'the website',
      'the printer',
      'the export',
      'the dashboard',
      'the search',
      'the upload',
      'the API',
      'the video',
      'the update',
      'the sync',
      'the map',
      'the screen',
      'the editor',
    ],
    [
      'crashes on start',
      'is down',
      'hangs',
      'shows error 500',
      'is very slow',
      'does not respond',
      'stays empty',
      'stopped working',
      'flickers',
      'fails when saving',
      'freezes after the update',
      'does not load',
      'returns nothing',
      'crashes with large files',
    ],
  ],
  account: [
    [
      'his password',
      'the account',
      'the login',
      'the username',
      'the profile',
      'two-factor login',
      'the invitation',
      'the e-mail address',
      'her access',
      'the phone number',
    ],
    [
      'cannot be changed',
      'is locked',
      'does not work',
      'was deleted',
      'is misspelled',
      'has expired',
      'needs to be reset',
      'is not accepted',
      'cannot be verified',
      'was blocked',
    ],
  ],
  shipping: [
    [
      'the parcel',
      'the package',
      'the delivery',
      'the shipment',
      'the box',
      'the courier',
      'the order',
      'the return',
      'one item of the delivery',
    ],
    [
      'never arrived',
      'arrived damaged',
      'is late',
      'went to the wrong address',
      'is missing',
      'is stuck in customs',
      'was left in the rain',
      'came too late',
      'has not moved for days',
      'was opened',
      'is incomplete',
    ],
  ],
  other: [
    ['wants', 'asks for', 'has a question about', 'would like', 'complains about', 'suggests'],
    [
      'the opening hours',
      'a partnership',
      'a rude employee',
      'a new feature',
      'printed brochures',
      'the warranty',
      'a job',
      'a call from the manager',
      'a data protection statement',
      'a factory tour',
      'the staff',
    ],
  ],
};
const FIXED: Readonly<Record<string, readonly string[]>> = {
  billing: [
    'charged twice',
    'double payment',
    'refund not received',
    'card declined',
    'VAT missing',
    'wrong invoice',
  ],
  technical: [
    'error 404',
    'app crash',
    'cannot upload files',
    'no sound',
    'login page broken',
    'blank page',
    'cannot print',
  ],
  account: [
    'cannot log in',
    'forgot the password',
    'my account is locked',
    'no access',
    'cannot sign in',
    'password reset does not work',
  ],
  shipping: [
    'parcel lost',
    'package broken',
    'wrong item delivered',
    'late delivery',
    'item missing',
    'wrong size was sent',
  ],
  other: [
    'question about opening hours',
    'complaint about the staff',
    'feedback',
    'feature request',
    'job application',
  ],
};
const TAILS = [
  '',
  '',
  '',
  ' since yesterday',
  ' again',
  ' for the third time',
  ' on my phone',
  ' in the new version',
  ' since Monday',
  ' when I try it',
];
const complaint = (r: Random, category: string): string =>
  r.chance(0.25)
    ? r.pick(FIXED[category] as readonly string[])
    : `${(PROBLEMS[category] as readonly (readonly string[])[]).map((part) => r.pick(part)).join(' ')}${category === 'other' ? '' : r.pick(TAILS)}`;

const SOON: Readonly<Record<string, readonly string[]>> = {
  low: ['low priority', 'no hurry', 'not urgent', 'whenever you have time', 'can wait'],
  normal: ['', '', '', 'normal priority'],
  high: ['high priority', 'important', 'needs attention soon', 'this is important', 'prio high'],
  urgent: ['urgent', 'this is urgent', 'asap', 'immediately', 'top urgent', 'emergency'],
};

export const createTicket: SampleTool = {
  name: 'create_ticket',
  make(r): Sample {
    const category = r.pick(Object.keys(PROBLEMS));
    const subject = complaint(r, category);
    const priority = r.pick(['low', 'normal', 'normal', 'high', 'urgent']);
    const soon = r.pick(SOON[priority] as readonly string[]);
    const name = r.chance(0.5) ? person(r) : undefined;
    const mail = r.chance(0.35) ? email(r) : undefined;
    const who = [name, mail && (name ? r.pick([`(${mail})`, mail, `<${mail}>`]) : mail)]
      .filter(Boolean)
      .join(' ');
    const open = r.pick([
      'open a ticket',
      'create a ticket',
      'create a support ticket',
      'log a ticket',
      'file a ticket',
      'raise a ticket',
      'new ticket',
      'please open a ticket',
      'make a ticket',
      'can you open a ticket',
    ]);
    const text = who
      ? r.pick([
          () => `${open} for ${who}: ${subject}`,
          () => `${open}: ${subject}, customer ${who}`,
          () => `${who} reports: ${subject}, ${open}`,
          () => `${who} wrote: ${subject}`,
          () => `${open}, ${subject}, reported by ${who}`,
          () => `customer ${who} has a problem: ${subject}`,
        ])()
      : r.pick([
          () => `${open}: ${subject}`,
          () => `${open} because ${subject}`,
          () => `${subject}, ${open}`,
          () => `ticket: ${subject}`,
          () => `new ticket, ${subject}`,
          () => `${open}, ${subject}`,
          () => `a customer says ${subject}, ${open}`,
          () => `problem: ${subject}`,
        ])();
    const full =
      soon === ''
        ? text
        : r.pick([`${text}, ${soon}`, `${text} - ${soon}`, `${text}. ${soon}`, `${soon}: ${text}`]);
    return {
      text: finish(r, full),
      arguments: {
        subject,
        category,
        priority,
        ...((name || mail) && { customer: { ...(name && { name }), ...(mail && { email: mail }) } }),
      },
    };
  },
};
