import { type SubmitEvent, useState } from 'react';

interface Submit {
  readonly isBusy: boolean;
  /** The text for a submission that failed; undefined while there is none. */
  readonly fault: string | undefined;
  readonly onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
}

/**
 * One submission of a form at a time. It stays busy after one that succeeded: the page goes on to something else.
 * @param faultOf the text for an error; called once for each failure
 */
export function useSubmit(work: (form: FormData) => Promise<void>, faultOf: (error: unknown) => string): Submit {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const submit = async (form: FormData) => {
    setBusy(true);
    setFault(undefined);
    try {
      await work(form);
    } catch (error) {
      setFault(faultOf(error));
      setBusy(false);
    }
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isBusy) void submit(new FormData(event.currentTarget));
  };
  return { isBusy, fault, onSubmit };
}
