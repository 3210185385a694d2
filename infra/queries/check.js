// Parses and binds every alert's query as Log Analytics would, without Log Analytics: a snapshot of the deployment (`bicep snapshot`) in,
// a line for each diagnostic out.
// usage: node check.js SNAPSHOT
'use strict';
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { readFileSync } = require('node:fs');
const { KustoCode, GlobalState, Symbols } = Kusto.Language;

// The columns that workspace-based Application Insights has (Azure Monitor reference, "Tables"), as far as a query may want them.
const everywhere = 'TimeGenerated: datetime, Properties: dynamic, OperationId: string, OperationName: string, AppRoleName: string, AppRoleInstance: string, ItemCount: int, Type: string';
const tables = [
  ['AppTraces', 'Message: string, SeverityLevel: int'],
  ['AppExceptions', 'ExceptionType: string, OuterMessage: string, InnermostMessage: string, ProblemId: string, SeverityLevel: int'],
  ['AppMetrics', 'Name: string, Sum: real, Min: real, Max: real'],
  ['AppRequests', 'Id: string, Name: string, ResultCode: string, Success: bool, DurationMs: real'],
].map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, `(${columns}, ${everywhere})`, null));
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', tables));

const rules = JSON.parse(readFileSync(process.argv[2])).predictedResources.filter(resource => resource.type === 'Microsoft.Insights/scheduledQueryRules');
if (rules.length === 0)
  console.log('the snapshot holds no alert with a query');
for (const rule of rules)
  for (const { query } of rule.properties.criteria.allOf) {
    const diagnostics = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
    for (let i = 0; i < diagnostics.Count; i++) {
      const { Start, Length, Code, Message } = diagnostics.getItem(i);
      console.log(`${rule.name}: ${Code} at '${query.substr(Start, Length)}': ${Message}`);
    }
  }
