"""Trains a very small GPT-2 with the Trainer of Hugging Face, which downloads nothing, and writes down the trainer's own log."""

import tempfile
import time

import torch
import transformers
from record import Record, arguments_of_training

from gradwatch.huggingface import GradwatchCallback

BATCH = 2

arguments = arguments_of_training(__doc__).parse_args()


class Slowly(transformers.TrainerCallback):
    def on_step_end(self, *_, **__):
        time.sleep(arguments.pause)


torch.set_num_threads(1)
torch.manual_seed(0)
config = transformers.GPT2Config(
    vocab_size=32, n_positions=16, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
)
rows = [torch.randint(0, 32, (8,)) for _ in range(32)]
data = [{"input_ids": row, "labels": row} for row in rows]
record = Record(arguments.record, f"Hugging Face Transformers {transformers.__version__}")
with tempfile.TemporaryDirectory() as folder:
    options = transformers.TrainingArguments(
        folder,
        max_steps=arguments.steps,
        per_device_train_batch_size=BATCH,
        logging_steps=1,
        eval_strategy="steps",
        eval_steps=arguments.steps // 2,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    callbacks = [GradwatchCallback(arguments.run), Slowly()]
    model = transformers.GPT2LMHeadModel(config)
    trainer = transformers.Trainer(model, options, train_dataset=data, eval_dataset=data[:8], callbacks=callbacks)
    trainer.train()
evaluations = {line["step"]: line["eval_loss"] for line in trainer.state.log_history if "eval_loss" in line}
for line in trainer.state.log_history:
    if "loss" in line:
        evaluated = {"validation_loss": evaluations[line["step"]]} if line["step"] in evaluations else {}
        record.step(
            line["step"],
            loss=line["loss"],
            gradient_norm=line["grad_norm"],
            learning_rate=line["learning_rate"],
            epoch=line["epoch"],
            samples=BATCH,
            **evaluated,
        )
