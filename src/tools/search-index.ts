import MiniSearch from 'minisearch';
import type { Tool } from './types.ts';

export type SearchableTool = Pick<Tool, 'name' | 'description' | 'parameters' | 'examples'>;

/** Full-text retrieval over tools: names, descriptions, parameters, example inputs. */
export interface SearchIndex {
  put(tool: SearchableTool): void;
  remove(name: string): void;
  /** Names of the tools that match, best first. */
  search(text: string): readonly string[];
}

interface Document {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: string;
  readonly examples: string;
}

/** A schema's texts beyond this say no more about what the tool is for. */
const LONGEST_TEXT = 20_000;
/** So many words of a request decide; the rest of a pasted document would only cost time. */
const MOST_WORDS = 32;
/** Longer runs of letters are no words, and fuzzy search pays for each letter. */
const LONGEST_WORD = 32;

export function createSearchIndex(): SearchIndex {
  const index = new MiniSearch<Document>({
    fields: ['name', 'description', 'parameters', 'examples'],
    tokenize: words,
    searchOptions: {
      boost: { name: 3, description: 2, examples: 1.5 },
      prefix: (term) => term.length > 2,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      combineWith: 'OR',
    },
  });
  return {
    put(tool) {
      const document = toDocument(tool);
      if (index.has(tool.name)) index.replace(document);
      else index.add(document);
    },
    remove(name) {
      if (index.has(name)) index.discard(name);
    },
    search(text) {
      const query = [...new Set(words(text.slice(0, LONGEST_TEXT)))].slice(0, MOST_WORDS).join(' ');
      return index.search(query).map((result) => String(result.id));
    },
  };
}

function toDocument(tool: SearchableTool): Document {
  return {
    id: tool.name,
    name: tool.name,
    description: tool.description,
    parameters: textsOf(tool.parameters).slice(0, LONGEST_TEXT),
    examples: (tool.examples ?? [])
      .map((example) => example.input)
      .join('\n')
      .slice(0, LONGEST_TEXT),
  };
}

/** `bookTable`, `book_table` and "Book table" are the same two words. */
function words(text: string): string[] {
  return text
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.slice(0, LONGEST_WORD).toLowerCase());
}

/** Property names, titles, descriptions and enum values, wherever they stand in the schema. */
function textsOf(schema: unknown): string {
  const texts: string[] = [];
  visit(schema);
  return texts.join('\n');

  function visit(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (key === 'properties' && typeof child === 'object' && child !== null)
        texts.push(...Object.keys(child));
      if ((key === 'description' || key === 'title') && typeof child === 'string') texts.push(child);
      if (key === 'enum' && Array.isArray(child))
        texts.push(...child.filter((item) => typeof item === 'string'));
      visit(child);
    }
  }
}
