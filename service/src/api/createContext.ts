import type { CreateContext } from '../executions/createExecution.ts';
import type { Service } from '../service.ts';

/** What Executions are made with. */
export function createContext(service: Service): CreateContext {
  const { database, sql, hints, mirrors, work, settlement, config } = service;
  return {
    database,
    sql,
    hints,
    mirrors,
    work,
    settlement,
    defaultImage: config.defaultImage,
    fair: config.fairness === 'owner',
    leaseMs: config.leaseMs,
  };
}
