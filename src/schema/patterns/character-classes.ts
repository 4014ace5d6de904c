/** JavaScript's `\s` (WhiteSpace and LineTerminator of ECMA-262), as the inside of an RE2 class. */
export const WHITE_SPACE =
  '\\t-\\r \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}';

/** Everything else, in the same form. */
const NOT_WHITE_SPACE =
  '\\x00-\\x08\\x0E-\\x1F!-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}' +
  '\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}';

/** What `\d`, `\w`, `\s` and their opposites mean inside a class; null for any other letter. */
export function classEscape(letter: string): string | null {
  if (letter === 's') return WHITE_SPACE;
  if (letter === 'S') return NOT_WHITE_SPACE;
  return letter !== '' && 'dDwW'.includes(letter) ? `\\${letter}` : null;
}

/** One code point, written so that RE2 reads nothing into it. */
export function literal(codePoint: number): string {
  const char = String.fromCodePoint(codePoint);
  return /^[A-Za-z0-9]$/.test(char) ? char : `\\x{${codePoint.toString(16)}}`;
}

export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Long names of the general categories (Unicode's PropertyValueAliases.txt); RE2 knows the short ones. */
const CATEGORIES: Readonly<Record<string, string>> = {
  Other: 'C',
  Control: 'Cc',
  cntrl: 'Cc',
  Format: 'Cf',
  Private_Use: 'Co',
  Surrogate: 'Cs',
  Letter: 'L',
  Lowercase_Letter: 'Ll',
  Modifier_Letter: 'Lm',
  Other_Letter: 'Lo',
  Titlecase_Letter: 'Lt',
  Uppercase_Letter: 'Lu',
  Mark: 'M',
  Combining_Mark: 'M',
  Spacing_Mark: 'Mc',
  Enclosing_Mark: 'Me',
  Nonspacing_Mark: 'Mn',
  Number: 'N',
  Decimal_Number: 'Nd',
  digit: 'Nd',
  Letter_Number: 'Nl',
  Other_Number: 'No',
  Punctuation: 'P',
  punct: 'P',
  Connector_Punctuation: 'Pc',
  Dash_Punctuation: 'Pd',
  Close_Punctuation: 'Pe',
  Final_Punctuation: 'Pf',
  Initial_Punctuation: 'Pi',
  Other_Punctuation: 'Po',
  Open_Punctuation: 'Ps',
  Symbol: 'S',
  Currency_Symbol: 'Sc',
  Modifier_Symbol: 'Sk',
  Math_Symbol: 'Sm',
  Other_Symbol: 'So',
  Separator: 'Z',
  Line_Separator: 'Zl',
  Paragraph_Separator: 'Zp',
  Space_Separator: 'Zs',
};

/** RE2's name for what `\p{…}` names, or null where it has none (binary properties, script extensions). */
export function unicodeProperty(name: string): string | null {
  const category = /^(?:(?:General_Category|gc)=)?(\w+)$/.exec(name)?.[1];
  if (category !== undefined)
    return CATEGORIES[category] ?? (/^[CLMNPSZ][a-z]?$/.test(category) ? category : null);
  return /^(?:Script|sc)=([A-Z][a-z]+(?:_[A-Z][a-z]+)*)$/.exec(name)?.[1] ?? null;
}
