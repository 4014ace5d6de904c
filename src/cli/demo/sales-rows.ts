/** One row of the table `sales`, the same in every run. */
export type Sale = readonly [day: string, region: string, product: string, quantity: number, amount: number];

const REGIONS = ['north', 'south', 'east', 'west'];
const PRICES: readonly (readonly [product: string, price: number])[] = [
  ['lamp', 42],
  ['desk', 249],
  ['chair', 120],
  ['shelf', 80.5],
  ['coaster', 3.25],
];

/** Sixty sales, two a day from 1 October 2026; products, regions and quantities follow fixed sequences. */
export const SALES: readonly Sale[] = Array.from({ length: 60 }, (_, i) => {
  const day = new Date(Date.UTC(2026, 9, 1 + Math.floor(i / 2))).toISOString().slice(0, 10);
  const [product, price] = PRICES[(2 * i + Math.floor(i / 3)) % PRICES.length]!;
  const quantity = 1 + (((i * i * 7 + i) % 11) % 6);
  return [day, REGIONS[(((i * (i + 1)) / 2) % 7) % REGIONS.length]!, product, quantity, quantity * price];
});
