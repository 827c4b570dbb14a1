/**
 * Rules of other programs on overfitting, at their defaults: each takes the losses of one evaluation after the other and tells
 * whether it alarms. Written from their documentation.
 */
export interface EvaluationRule {
  readonly name: string;
  readonly start: () => (validation: number, training: number) => boolean;
}

/** SageMaker Debugger, Overfit: validation more than 10 % above training for more than one evaluation (developer guide). */
const overfit: EvaluationRule = {
  name: 'SageMaker Overfit',
  start: () => {
    let streak = 0;
    return (validation, training) => {
      streak = (validation - training) / training > 0.1 ? streak + 1 : 0;
      return streak > 1;
    };
  },
};

/** SageMaker Debugger, Overtraining: training not better by 0.01 for 5 evaluations and validation for 10 (developer guide). */
const overtraining: EvaluationRule = {
  name: 'SageMaker Overtraining',
  start: () => {
    const training = stagnation(0.01);
    const validation = stagnation(0.01);
    return (validationLoss, trainingLoss) => {
      const stale = [training(trainingLoss), validation(validationLoss)] as const;
      return stale[0] >= 5 && stale[1] >= 10;
    };
  },
};

/** Keras and Lightning, EarlyStopping with min_delta 0. Lightning's default patience is 3. */
function earlyStopping(patience: number): EvaluationRule {
  return {
    name: `EarlyStopping patience ${patience}`,
    start: () => {
      const stale = stagnation(0);
      return (validation) => stale(validation) >= patience;
    },
  };
}

export const evaluationRules = [overfit, overtraining, earlyStopping(3), earlyStopping(10)];

/** Counts the evaluations since the loss was last better by `delta` than the best before: smaller gains make no new best. */
function stagnation(delta: number): (value: number) => number {
  let best = Infinity;
  let count = 0;
  return (value) => {
    if (value >= best - delta) return (count += 1);
    best = value;
    return (count = 0);
  };
}
