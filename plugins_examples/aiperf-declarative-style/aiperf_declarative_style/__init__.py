"""An example plugin for AIPerf: shorter embeddings, and a tokenizer that counts bytes."""
