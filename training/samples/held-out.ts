/** Requests written by hand, none of them from a template: what the adapters are judged by. Relative to Monday 2026-11-23, 10:00 in Berlin. */
export const NOW = '2026-11-23T10:00:00+01:00';
export const ZONE = 'Europe/Berlin';

export interface HeldOut {
  readonly tool: string | null;
  readonly text: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

const rows = (
  tool: string,
  ...list: readonly (readonly [string, Readonly<Record<string, unknown>>])[]
): HeldOut[] => list.map(([text, args]) => ({ tool, text, arguments: args }));

export const HELD_OUT: readonly HeldOut[] = [
  ...rows(
    'book_table',
    [
      "book a table for four at Luigi's tomorrow at 8pm",
      { restaurant: "Luigi's", party_size: 4, time: '2026-11-24T20:00:00+01:00' },
    ],
    [
      'Could we get a table for two tonight at 7 at Noma?',
      { restaurant: 'Noma', party_size: 2, time: '2026-11-23T19:00:00+01:00' },
    ],
    [
      'I want to eat at The Fat Duck on Friday at 19:30 with 5 friends, so six people',
      { restaurant: 'The Fat Duck', party_size: 6, time: '2026-11-27T19:30:00+01:00' },
    ],
    [
      'Reserve a spot for 10 at Burger Palace on Saturday at noon, outside if possible',
      { restaurant: 'Burger Palace', party_size: 10, time: '2026-11-28T12:00:00+01:00', seating: 'outside' },
    ],
    [
      'dinner for 3 at Sakura tomorrow 18:45, name Tanaka',
      { restaurant: 'Sakura', party_size: 3, time: '2026-11-24T18:45:00+01:00', name: 'Tanaka' },
    ],
    [
      'please book the bar at Golden Lion for 2 people on December 5th at 9pm',
      { restaurant: 'Golden Lion', party_size: 2, time: '2026-12-05T21:00:00+01:00', seating: 'bar' },
    ],
    [
      "We're eight, can you reserve Osteria Francescana for us on Wednesday at 8 pm",
      { restaurant: 'Osteria Francescana', party_size: 8, time: '2026-11-25T20:00:00+01:00' },
    ],
    [
      'get me a table at Vapiano for 1 today at 13:00',
      { restaurant: 'Vapiano', party_size: 1, time: '2026-11-23T13:00:00+01:00' },
    ],
    [
      'Table at Hard Rock Cafe, 12 guests, 24 December at 6pm',
      { restaurant: 'Hard Rock Cafe', party_size: 12, time: '2026-12-24T18:00:00+01:00' },
    ],
    [
      'reserve for seven people in the name of Schuster at Zum Adler tomorrow at 7:15pm',
      { restaurant: 'Zum Adler', party_size: 7, time: '2026-11-24T19:15:00+01:00', name: 'Schuster' },
    ],
  ),
  ...rows(
    'schedule_meeting',
    [
      'set up a meeting with Sarah about the budget tomorrow at 10am',
      { title: 'budget', start: '2026-11-24T10:00:00+01:00', attendees: ['Sarah'] },
    ],
    [
      'Schedule a call with jan.bauer@acme.com on Thursday at 3pm about pricing for 45 minutes',
      {
        title: 'pricing',
        start: '2026-11-26T15:00:00+01:00',
        duration_minutes: 45,
        attendees: ['jan.bauer@acme.com'],
      },
    ],
    [
      'I need to talk to Ralf and Monika about the merger on Friday at 9am',
      { title: 'merger', start: '2026-11-27T09:00:00+01:00', attendees: ['Ralf', 'Monika'] },
    ],
    [
      'plan a kickoff meeting with Peter, Paul and Mary next Monday at 14:00 for two hours',
      {
        title: 'kickoff',
        start: '2026-11-30T14:00:00+01:00',
        duration_minutes: 120,
        attendees: ['Peter', 'Paul', 'Mary'],
      },
    ],
    [
      'arrange a video call with Dr. Lang about tax questions on December 3rd at 11:30',
      { title: 'tax questions', start: '2026-12-03T11:30:00+01:00', attendees: ['Dr. Lang'] },
    ],
    [
      'book half an hour with Ingrid today at 4pm to discuss the release',
      { title: 'release', start: '2026-11-23T16:00:00+01:00', duration_minutes: 30, attendees: ['Ingrid'] },
    ],
    [
      'invite tom@corp.io and lisa@corp.io to a retrospective on Wednesday at 13:00',
      {
        title: 'retrospective',
        start: '2026-11-25T13:00:00+01:00',
        attendees: ['tom@corp.io', 'lisa@corp.io'],
      },
    ],
    [
      'please put a meeting about hiring with Olga in my calendar for tomorrow at noon',
      { title: 'hiring', start: '2026-11-24T12:00:00+01:00', attendees: ['Olga'] },
    ],
  ),
  ...rows(
    'file_expense',
    [
      'file an expense of 42 euros for lunch with a client yesterday',
      { amount: { value: 42, currency: 'EUR' }, category: 'meals', date: '2026-11-22' },
    ],
    [
      'I paid $18.50 for a taxi yesterday, please reimburse me',
      { amount: { value: 18.5, currency: 'USD' }, category: 'travel', date: '2026-11-22' },
    ],
    ['expense £230 for the hotel in Leeds', { amount: { value: 230, currency: 'GBP' }, category: 'lodging' }],
    [
      'Log 12.99 EUR for a keyboard from Conrad today',
      {
        amount: { value: 12.99, currency: 'EUR' },
        category: 'supplies',
        date: '2026-11-23',
        merchant: 'Conrad',
      },
    ],
    [
      '3000 yen for train tickets two days ago, file it',
      { amount: { value: 3000, currency: 'JPY' }, category: 'travel', date: '2026-11-21' },
    ],
    [
      'claim CHF 540 for the conference ticket',
      { amount: { value: 540, currency: 'CHF' }, category: 'training' },
    ],
    [
      'submit 99 dollars for the GitHub subscription',
      { amount: { value: 99, currency: 'USD' }, category: 'software' },
    ],
    [
      'I spent 65 pounds on dinner at Dishoom yesterday, file that',
      { amount: { value: 65, currency: 'GBP' }, category: 'meals', date: '2026-11-22', merchant: 'Dishoom' },
    ],
  ),
  ...rows(
    'lookup_order',
    ['where is my order AB-12345?', { order_id: 'AB-12345' }],
    ['Can you check order QX-90210 and show the tracking', { order_id: 'QX-90210', include: ['tracking'] }],
    ['has ZZ-00017 been shipped', { order_id: 'ZZ-00017' }],
    ['what did I buy in order KL-55512? list the items', { order_id: 'KL-55512', include: ['items'] }],
    ['I need the invoice for order MN-33344', { order_id: 'MN-33344', include: ['invoice'] }],
    ['status of order number TR-77001 please', { order_id: 'TR-77001' }],
    ['my parcel GH-10293 has not come, where is it', { order_id: 'GH-10293' }],
    ['look up DE-48151 with items and invoice', { order_id: 'DE-48151', include: ['items', 'invoice'] }],
  ),
  ...rows(
    'get_weather',
    ["what's the weather in Lisbon tomorrow", { city: 'Lisbon', date: '2026-11-24' }],
    ['Do I need a jacket in Edinburgh on Friday?', { city: 'Edinburgh', date: '2026-11-27' }],
    ['how hot is it in Phoenix in fahrenheit', { city: 'Phoenix', units: 'imperial' }],
    ['is it raining in Bergen', { city: 'Bergen' }],
    ['forecast for New York on Sunday', { city: 'New York', date: '2026-11-29' }],
    ['Weather for Ulm today', { city: 'Ulm', date: '2026-11-23' }],
    ['will there be snow in Innsbruck on December 1st', { city: 'Innsbruck', date: '2026-12-01' }],
    ['tell me the temperature in Dakar in celsius', { city: 'Dakar', units: 'metric' }],
  ),
  ...rows(
    'play_music',
    ['play some jazz in the kitchen', { kind: 'genre', item: 'jazz', room: 'kitchen' }],
    ['put on Bohemian Rhapsody by Queen', { kind: 'song', item: 'Bohemian Rhapsody', artist: 'Queen' }],
    [
      'play the album Thriller by Michael Jackson',
      { kind: 'album', item: 'Thriller', artist: 'Michael Jackson' },
    ],
    [
      'I want to listen to something by Nina Simone in the bedroom',
      { kind: 'artist', item: 'Nina Simone', room: 'bedroom' },
    ],
    ['start my gym playlist on shuffle', { kind: 'playlist', item: 'gym', shuffle: true }],
    [
      'Play Imagine by John Lennon in the living room please',
      { kind: 'song', item: 'Imagine', artist: 'John Lennon', room: 'living room' },
    ],
    ['some classical music everywhere', { kind: 'genre', item: 'classical music', room: 'everywhere' }],
    [
      'play the playlist Sunday Morning in the office',
      { kind: 'playlist', item: 'Sunday Morning', room: 'office' },
    ],
  ),
  ...rows(
    'set_light',
    ['turn off the lights in the garage', { room: 'garage', state: { on: false } }],
    ['dim the living room to 30 percent', { room: 'living room', state: { brightness: 30 } }],
    ['make the bedroom light blue', { room: 'bedroom', state: { color: 'blue' } }],
    ['lights on in the hallway', { room: 'hallway', state: { on: true } }],
    ['Set the office lamp to 75%', { room: 'office', state: { brightness: 75 } }],
    ['I would like warm white in the kitchen', { room: 'kitchen', state: { color: 'warm white' } }],
    ['bathroom light off please', { room: 'bathroom', state: { on: false } }],
    ['brighten the garden lights to 100', { room: 'garden', state: { brightness: 100 } }],
  ),
  ...rows(
    'create_ticket',
    [
      'open a ticket for Klaus Meier: cannot log in, urgent',
      {
        subject: 'cannot log in',
        category: 'account',
        priority: 'urgent',
        customer: { name: 'Klaus Meier' },
      },
    ],
    [
      'create a support ticket: the app crashes when I upload a photo',
      { subject: 'the app crashes when I upload a photo', category: 'technical', priority: 'normal' },
    ],
    [
      'customer eva@web.de was charged twice, please open a ticket with high priority',
      { subject: 'charged twice', category: 'billing', priority: 'high', customer: { email: 'eva@web.de' } },
    ],
    [
      'log a ticket: parcel arrived broken, no hurry',
      { subject: 'parcel arrived broken', category: 'shipping', priority: 'low' },
    ],
    [
      'new ticket, the website shows error 404, asap',
      { subject: 'the website shows error 404', category: 'technical', priority: 'urgent' },
    ],
    [
      'raise a ticket for Mona Lind (mona@lind.se): refund not received',
      {
        subject: 'refund not received',
        category: 'billing',
        priority: 'normal',
        customer: { name: 'Mona Lind', email: 'mona@lind.se' },
      },
    ],
    [
      'please open a ticket because my account is locked',
      { subject: 'my account is locked', category: 'account', priority: 'normal' },
    ],
    [
      'ticket: delivery went to the neighbour instead of me',
      { subject: 'delivery went to the neighbour instead of me', category: 'shipping', priority: 'normal' },
    ],
  ),
  ...[
    'what is the capital of Australia',
    'tell me something funny',
    'how do I bake bread',
    'cancel my reservation at the Italian place',
    'who painted the Mona Lisa',
    'transfer 50 euros to Jane',
    'set a timer for 5 minutes',
    'what meetings do I have today',
    'lock the front door',
    'translate cat to French',
    'what is two plus two',
    'book me a flight to Madrid',
    'turn the volume up',
    'good evening',
    'what is your refund policy',
    'delete all my data',
  ].map((text) => ({ tool: null, text })),
];
