const Picture = (() => ({ show() {} }))();
