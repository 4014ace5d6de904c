// MCP over Streamable HTTP: every registered tool, for programs that are a model's hands. The official server package
// speaks the protocol (the revision of 2026-07-28, and those of 2025 without sessions); what a call goes through is the
// pipeline that plain language goes through too: validated, recorded, sent once, or before a person.
export { createMcp, type Mcp, type McpCaller } from './create-mcp.ts';
