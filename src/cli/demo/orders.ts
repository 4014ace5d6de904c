export interface Order {
  readonly order_id: string;
  readonly status: 'processing' | 'shipped' | 'delivered' | 'cancelled';
  readonly placed_on: string;
  readonly total: { readonly value: number; readonly currency: string };
  readonly items: readonly { readonly name: string; readonly quantity: number }[];
  readonly tracking: { readonly carrier: string; readonly number: string } | null;
  readonly invoice: string;
}

/** The orders that the demo shop knows. Any other number is answered with 404. */
export const ORDERS: ReadonlyMap<string, Order> = new Map(
  [
    order(
      'AB-12345',
      'shipped',
      '2026-11-18',
      84.9,
      [
        ['Walnut desk lamp', 1],
        ['LED bulb E27', 2],
      ],
      'DHL',
    ),
    order('AB-20417', 'processing', '2026-11-22', 249, [['Standing desk frame', 1]], null),
    order('CD-00731', 'delivered', '2026-10-30', 19.5, [['Oak coaster', 6]], 'UPS'),
    order('EF-77001', 'cancelled', '2026-11-02', 120, [['Bookshelf', 1]], null),
    order('GH-31415', 'shipped', '2026-11-20', 31.41, [['Pie dish', 1]], 'Royal Mail'),
    order('KL-55555', 'delivered', '2026-11-05', 640, [['Dining chair', 4]], 'DPD'),
    order('XY-98765', 'processing', '2026-11-23', 12.99, [['Chisel, 12 mm', 1]], null),
    order('ZZ-00001', 'delivered', '2026-01-04', 7.25, [['Wood wax', 1]], 'DHL'),
  ].map((known) => [known.order_id, known]),
);

function order(
  order_id: string,
  status: Order['status'],
  placed_on: string,
  value: number,
  items: readonly (readonly [name: string, quantity: number])[],
  carrier: string | null,
): Order {
  return {
    order_id,
    status,
    placed_on,
    total: { value, currency: 'EUR' },
    items: items.map(([name, quantity]) => ({ name, quantity })),
    tracking: carrier === null ? null : { carrier, number: `TRK${order_id.replace('-', '')}` },
    invoice: `INV-${placed_on.slice(0, 4)}-${order_id.slice(3)}`,
  };
}
