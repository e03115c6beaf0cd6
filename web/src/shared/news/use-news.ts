import type { Wardline } from '@wardline/client';
import { useEffect, useState } from 'react';
import { type News, NO_NEWS } from './news.js';
import { watchNews } from './watch-news.js';

/** @param ids the same array until the departments change */
export function useNews(client: Wardline, ids: readonly string[]): News {
  const [news, setNews] = useState(NO_NEWS);
  useEffect(() => {
    setNews(NO_NEWS);
    return watchNews(client, ids, setNews);
  }, [client, ids]);
  return news;
}
