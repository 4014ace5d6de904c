const SKIES = ['sunny', 'partly cloudy', 'overcast', 'light rain', 'showers', 'windy'] as const;

/** A made-up forecast that is the same for the same city and day, so that a repeated call can be recognized. */
export function forecast(city: string, date: string, units: 'metric' | 'imperial'): Record<string, unknown> {
  const seed = hash(`${city.toLowerCase()}|${date}`);
  const celsius = (seed % 28) - 2;
  const toUnits = (degrees: number): number =>
    units === 'metric' ? degrees : Math.round(degrees * 1.8 + 32);
  return {
    city,
    date,
    sky: SKIES[(seed >>> 8) % SKIES.length],
    high: toUnits(celsius + 4),
    low: toUnits(celsius - 4),
    units,
    rain_chance: ((seed >>> 16) % 11) / 10,
    source: 'made up by the demo service',
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
