import { ORDERS } from './orders.ts';
import { querySales } from './sales-service.ts';
import { forecast } from './weather.ts';

/** What a resource is asked: its path's last segment where it has one, the query, and the JSON body. */
export interface DemoRequest {
  readonly id: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** 1, 2, 3 … for each request of this resource that succeeded. */
  readonly serial: number;
}

export interface DemoAnswer {
  readonly status: 200 | 201 | 202 | 404 | 422;
  readonly body: unknown;
}

export interface DemoResource {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  answer(request: DemoRequest): DemoAnswer | Promise<DemoAnswer>;
}

const refuse = (status: 404 | 422, code: string, message: string): DemoAnswer => ({
  status,
  body: { error: { code, message } },
});

const today = (): string => new Date().toISOString().slice(0, 10);

/** One REST resource for each sample tool, with the kind of rule of its own that a schema does not say. */
export const RESOURCES: readonly DemoResource[] = [
  {
    method: 'POST',
    path: '/bookings',
    answer: ({ body, serial }) =>
      Number(body.party_size) > 20
        ? refuse(
            422,
            'party_too_large',
            'Tables are booked for up to 20 people. Call the restaurant for larger parties.',
          )
        : { status: 201, body: { id: `BK-${1000 + serial}`, status: 'confirmed', ...body } },
  },
  {
    method: 'POST',
    path: '/tickets',
    answer: ({ body, serial }) => ({
      status: 201,
      body: { id: `T-${4200 + serial}`, status: 'open', ...body },
    }),
  },
  {
    method: 'POST',
    path: '/meetings',
    answer: ({ body, serial }) => ({
      status: 201,
      body: { id: `M-${300 + serial}`, status: 'invitations sent', duration_minutes: 30, ...body },
    }),
  },
  { method: 'POST', path: '/expenses', answer: fileExpense },
  { method: 'POST', path: '/sales/query', answer: querySales },
  { method: 'GET', path: '/orders/:id', answer: lookUpOrder },
  {
    method: 'GET',
    path: '/weather',
    answer: ({ query }) => {
      const units = query.units === 'imperial' ? 'imperial' : 'metric';
      return { status: 200, body: forecast(query.city ?? '', query.date ?? today(), units) };
    },
  },
  {
    method: 'POST',
    path: '/playback',
    answer: ({ body }) => ({ status: 202, body: { status: 'playing', room: 'everywhere', ...body } }),
  },
  {
    method: 'PUT',
    path: '/lights/:id',
    answer: ({ id, body }) => ({ status: 200, body: { room: id, state: body } }),
  },
];

function fileExpense({ body, serial }: DemoRequest): DemoAnswer {
  const { value } = (body.amount ?? {}) as { readonly value?: unknown };
  if (Number(value) > 10_000) {
    return refuse(422, 'over_limit', 'Expenses above 10000 need a purchase order. Ask the finance team.');
  }
  return { status: 201, body: { id: `EX-${7000 + serial}`, status: 'submitted', date: today(), ...body } };
}

function lookUpOrder({ id, query }: DemoRequest): DemoAnswer {
  const order = ORDERS.get(id);
  if (!order) return refuse(404, 'order_unknown', `There is no order ${id}.`);
  const { items, tracking, invoice, ...rest } = order;
  const details = { items, tracking, invoice };
  const asked = (query.include ?? '').split(',');
  const included = Object.entries(details).filter(([name]) => asked.includes(name));
  return { status: 200, body: { ...rest, ...Object.fromEntries(included) } };
}
