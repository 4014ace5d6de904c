import { CITIES, capital, FIRST_NAMES, finish, futureDay, invented, polite, WORDS } from './pools.ts';
import { type Sample, type SampleTool, WHEN } from './sample.ts';

export const getWeather: SampleTool = {
  name: 'get_weather',
  make(r): Sample {
    const city = r.chance(0.75)
      ? r.pick(CITIES)
      : r.pick([
          `Port ${r.pick(FIRST_NAMES)}`,
          invented(r),
          invented(r),
          invented(r),
          `${r.pick(['San', 'Bad', 'New', 'Los', 'North', 'Saint'])} ${invented(r)}`,
          `${capital(r.pick(WORDS))}ville`,
          `Saint ${r.pick(FIRST_NAMES)}`,
          `${capital(r.pick(WORDS))} ${r.pick(['Falls', 'City', 'Springs', 'Bay', 'Hill'])}`,
          `${capital(r.pick(WORDS))}burg`,
        ]);
    const when = r.chance(0.6) ? futureDay(r) : undefined;
    const units = r.chance(0.25) ? r.pick(['metric', 'imperial'] as const) : undefined;
    const unit = units
      ? r.pick(
          units === 'metric'
            ? [' in celsius', ' in Celsius', ' in degrees C', ', metric']
            : [' in fahrenheit', ' in Fahrenheit', ' in degrees F', ', imperial units'],
        )
      : '';
    const day = when ? ` ${when}` : '';
    const text = r.pick([
      () => `what's the weather in ${city}${day}${unit}`,
      () => `what is the weather like in ${city}${day}${unit}`,
      () => `weather in ${city}${day}${unit}`,
      () => `how is the weather in ${city}${day}${unit}`,
      () => `will it rain in ${city}${day}${unit}`,
      () => `is it going to be sunny in ${city}${day}${unit}`,
      () => polite(r, `give me the forecast for ${city}${day}${unit}`),
      () => `forecast for ${city}${day}${unit}`,
      () => `how cold will it be in ${city}${day}${unit}`,
      () => `do I need an umbrella in ${city}${day}${unit}`,
      () => `temperature in ${city}${day}${unit}`,
      () => `${city} weather${day}${unit}`,
      () => `will it snow${day} in ${city}${unit}`,
      () => `how warm is it in ${city}${day}${unit}`,
      () => polite(r, `check the weather for ${city}${day}${unit}`),
      () => `is it raining in ${city}${day}${unit}`,
      () =>
        `do I need ${r.pick(['a coat', 'boots', 'sunscreen', 'gloves', 'sunglasses', 'a hat'])} in ${city}${day}${unit}`,
      () =>
        `tell me the ${r.pick(['forecast', 'weather', 'temperature'])} ${r.pick(['in', 'for'])} ${city}${day}${unit}`,
      () =>
        `will ${city} be ${r.pick(['windy', 'hot', 'cold', 'foggy', 'cloudy', 'dry', 'stormy', 'freezing'])}${day}${unit}`,
      () =>
        `is there ${r.pick(['rain', 'snow', 'a storm', 'wind', 'fog'])} ${r.pick(['coming', 'expected', 'forecast'])} in ${city}${day}${unit}`,
      () => `what will it be like in ${city}${day}${unit}`,
      () => `how many degrees in ${city}${day}${unit}`,
      () => `${when ?? 'today'} in ${city}, what will the weather be${unit}`,
    ])();
    const dated = when ?? (text.startsWith('today') ? 'today' : undefined);
    return {
      text: finish(r, text),
      ...(dated && { when: dated }),
      arguments: { city, ...(dated && { date: WHEN }), ...(units && { units }) },
    };
  },
};
