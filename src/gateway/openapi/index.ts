// The description of the routes as OpenAPI 3.1, made from the routes themselves: each one that the app has is looked up in
// `operations.ts`, what it takes is the schema it checks by, what it asks of a key is the table of `keys/access.ts`.
// Tests hold routes, table and real answers together.
export { describeRoutes, type OpenApiDocument } from './describe.ts';
export { OPERATIONS } from './operations.ts';
