"""Optimisers that PyTorch has not, as the scripts that make golden numbers use them."""
import torch


class StableAdamW(torch.optim.Optimizer):
    """Wortsman et al. 2023 as Dinomaly has it, with or without AMSGrad."""

    def __init__(self, parameters, amsgrad=False, **options):
        super().__init__(parameters, options)
        self.amsgrad = amsgrad

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group['betas']
            for p in group['params']:
                state = self.state[p]
                if not state:
                    state.update(step=0, first=torch.zeros_like(p), second=torch.zeros_like(p), largest=torch.zeros_like(p))
                state['step'] += 1
                state['first'].mul_(beta1).add_(p.grad, alpha=1 - beta1)
                state['second'].mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
                state['largest'] = torch.maximum(state['largest'], state['second'])
                p.mul_(1 - group['lr'] * group['weight_decay'])
                second = state['largest' if self.amsgrad else 'second']
                denominator = (second / (1 - beta2 ** state['step'])).sqrt().add_(group['eps'])
                surprise = (p.grad / denominator).pow(2).mean().sqrt()
                rate = group['lr'] / (1 - beta1 ** state['step']) / max(1.0, surprise.item())
                p.addcdiv_(state['first'], denominator, value=-rate)
