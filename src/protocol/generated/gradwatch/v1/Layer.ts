// Original file: proto/gradwatch/v1/telemetry.proto


export interface Layer {
  'name'?: (string);
  'gradient_norm'?: (number | string);
  'weight_norm'?: (number | string);
  'update_ratio'?: (number | string);
  'gradient_mean_abs'?: (number | string);
  'weight_variance'?: (number | string);
  'activation_variance'?: (number | string);
  'fraction_zero'?: (number | string);
  'fraction_dead'?: (number | string);
  'fraction_saturated'?: (number | string);
  'fraction_nonfinite'?: (number | string);
  '_name'?: "name";
  '_gradient_norm'?: "gradient_norm";
  '_weight_norm'?: "weight_norm";
  '_update_ratio'?: "update_ratio";
  '_gradient_mean_abs'?: "gradient_mean_abs";
  '_weight_variance'?: "weight_variance";
  '_activation_variance'?: "activation_variance";
  '_fraction_zero'?: "fraction_zero";
  '_fraction_dead'?: "fraction_dead";
  '_fraction_saturated'?: "fraction_saturated";
  '_fraction_nonfinite'?: "fraction_nonfinite";
}

export interface Layer__Output {
  'name'?: (string);
  'gradient_norm'?: (number);
  'weight_norm'?: (number);
  'update_ratio'?: (number);
  'gradient_mean_abs'?: (number);
  'weight_variance'?: (number);
  'activation_variance'?: (number);
  'fraction_zero'?: (number);
  'fraction_dead'?: (number);
  'fraction_saturated'?: (number);
  'fraction_nonfinite'?: (number);
}
