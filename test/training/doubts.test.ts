import { expect, test } from 'vitest';
import { areaUnderCurve, fieldDoubts } from '../../training/doubts.ts';

const said = (confidence: number, right: boolean) => ({ confidence, right });

test('the area under the curve is the chance that right is surer than wrong', () => {
  expect(areaUnderCurve([said(0.9, true), said(0.8, true), said(0.1, false)])).toBe(1);
  expect(areaUnderCurve([said(0.1, true), said(0.9, false)])).toBe(0);
  expect(areaUnderCurve([said(0.5, true), said(0.5, false)])).toBe(0.5);
  expect(areaUnderCurve([said(0.9, true), said(0.4, true), said(0.6, false)])).toBe(0.5);
  expect(areaUnderCurve([said(0.9, true)])).toBeNaN();
});

test('an argument is right where the reference has the same in the same place', () => {
  const fields = ['/a/b~1c', '/list/1', '/more'].map((pointer) => ({ pointer, confidence: 0.5 }));
  const written = { a: { 'b/c': 1 }, list: ['x', 'y'], more: true };
  const reference = { a: { 'b/c': 1 }, list: ['x', 'z'] };
  expect(fieldDoubts(fields, written, reference).map(({ right }) => right)).toEqual([true, false, false]);
});
