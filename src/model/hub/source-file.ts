/** Where a folder of models says where one came from. */
export const SOURCE_FILE = 'tenon-source.json';
