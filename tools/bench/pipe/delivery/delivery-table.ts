import { median } from '../../append/statistics.js';
import { type DeliveryResult, costs, medianRatio, netCosts } from './delivery-rounds.js';
import { row } from '../report.js';

/** One line of a comparison. */
export interface CostLine {
  readonly name: string;
  /** Microseconds of CPU for each delivery, one for each round. */
  readonly costs: readonly number[];
  readonly cipher: string | undefined;
}

/** Wardline twice, with all that its events cost and with their delivery alone, then the peers. */
export function costLines(results: readonly DeliveryResult[], wardline: string, alone: string): CostLine[] {
  const many = results.find(({ side }) => side.name === wardline);
  const one = results.find(({ side }) => side.name === alone);
  const peers = results.filter((result) => result !== many && result !== one);
  const own =
    many && one
      ? [
          { name: `${wardline}, delivery alone`, costs: netCosts(many, one), cipher: many.cipher },
          { name: `${wardline}, with log and encoding`, costs: costs(many), cipher: many.cipher },
        ]
      : [];
  return [...own, ...peers.map((peer) => ({ name: peer.side.name, costs: costs(peer), cipher: peer.cipher }))];
}

export function costTable(lines: readonly CostLine[]): string[] {
  const [ours] = lines;
  return [
    row('CPU of the server, µs a delivery', 'median', 'min', 'max', 'ours ÷ this'),
    ...lines.map((line) => {
      const ratio = ours && line !== ours ? medianRatio(ours.costs, line.costs).toFixed(3) : '';
      const cells = [median(line.costs), Math.min(...line.costs), Math.max(...line.costs)].map((cost) => cost.toFixed(3));
      return row(line.name, ...cells, ratio) + (line.cipher === undefined ? '' : `   ${line.cipher}`);
    }),
  ];
}
